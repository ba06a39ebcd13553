import type { Accounts, ImageDefinition, System } from './image.js';

/** The users and groups of images: /etc/passwd and /etc/group. */

/** `name id group` of users. */
const USERS: Readonly<Record<System, string>> = {
  debian:
    'root 0 0,daemon 1 1,bin 2 2,sys 3 3,sync 4 65534,games 5 60,man 6 12,lp 7 7,mail 8 8,news 9 9,uucp 10 10,proxy 13 13,www-data 33 33,backup 34 34,list 38 38,irc 39 39,_apt 42 65534,nobody 65534 65534',
  alpine:
    'root 0 0,bin 1 1,daemon 2 2,lp 4 7,sync 5 0,shutdown 6 0,halt 7 0,mail 8 12,news 9 13,uucp 10 14,cron 16 16,ftp 21 21,sshd 22 22,games 35 35,ntp 123 123,guest 405 100,nobody 65534 65534',
  busybox: 'root 0 0,daemon 1 1,bin 2 2,sys 3 3,sync 4 100,mail 8 8,www-data 33 33,operator 37 37,nobody 65534 65534',
};

/** `name id members…` of groups. */
const GROUPS: Readonly<Record<System, string>> = {
  debian:
    'root 0,daemon 1,bin 2,sys 3,adm 4,tty 5,disk 6,lp 7,mail 8,news 9,uucp 10,man 12,proxy 13,kmem 15,dialout 20,fax 21,voice 22,cdrom 24,floppy 25,tape 26,sudo 27,audio 29,dip 30,www-data 33,backup 34,operator 37,list 38,irc 39,src 40,shadow 42,utmp 43,video 44,sasl 45,plugdev 46,staff 50,games 60,users 100,nogroup 65534',
  alpine:
    'root 0 root,bin 1 root bin daemon,daemon 2 root bin daemon,sys 3 root bin,adm 4 root daemon,tty 5,disk 6 root,lp 7 lp,kmem 9,wheel 10 root,floppy 11 root,mail 12 mail,news 13 news,uucp 14 uucp,cron 16 cron,audio 18,cdrom 19,dialout 20 root,ftp 21,sshd 22,input 23,tape 26 root,video 27 root,netdev 28,kvm 34 kvm,games 35,shadow 42,www-data 82,users 100 games,ntp 123,utmp 406,ping 999,nogroup 65533,nobody 65534',
  busybox:
    'root 0,daemon 1,bin 2,sys 3,adm 4,tty 5,disk 6,lp 7,mail 8,kmem 9,wheel 10 root,cdrom 11,dialout 18,floppy 19,video 28,audio 29,tape 32,www-data 33,operator 37,utmp 43,plugdev 46,staff 50,lock 54,netdev 82,users 100,nobody 65534',
};

/** What an image is built on; `name` is the image as the container names it, whose tag may say `alpine`. */
export const systemOf = ({ system }: Pick<ImageDefinition, 'system'>, name = ''): System =>
  system ?? (name.includes('alpine') ? 'alpine' : 'debian');

const split = (text: string): string[][] => text.split(',').map((line) => line.split(' '));

type Described = Pick<ImageDefinition, 'accounts' | 'system' | 'shell'>;

const known = new WeakMap<Described, Map<System, Accounts>>();

/** The accounts of an image. One without a shell has root alone. */
export function accountsOf(image: Described, name = ''): Accounts {
  const system = systemOf(image, name);
  const ofImage = known.get(image) ?? new Map<System, Accounts>();
  known.set(image, ofImage);
  const found = ofImage.get(system) ?? accounts(image, system);
  ofImage.set(system, found);
  return found;
}

function accounts({ accounts: own, shell }: Described, system: System): Accounts {
  const { users = [], groups = [] } = own?.(system) ?? {};
  const standard = (lists: Readonly<Record<System, string>>): string[][] => split(shell ? lists[system] : 'root 0 0');
  return {
    users: [...standard(USERS).map(([user = '', uid, gid]) => ({ name: user, uid: Number(uid), gid: Number(gid) })), ...users],
    groups: [
      ...standard(GROUPS).map(([group = '', gid, ...members]) => ({ name: group, gid: Number(gid), members: shell ? members : [] })),
      ...groups,
    ],
  };
}

const home = ({ name, uid }: Accounts['users'][number]): string =>
  uid === 0 ? '/root:/bin/sh' : `${uid < 1000 || name === 'nobody' ? '/nonexistent' : `/home/${name}`}:/sbin/nologin`;

/** The files that tell of them. */
export function accountFiles({ users, groups }: Accounts): Readonly<Record<string, string>> {
  return {
    '/etc/passwd': users.map((user) => `${user.name}:x:${user.uid}:${user.gid}:${user.name}:${home(user)}\n`).join(''),
    '/etc/group': groups.map(({ name, gid, members }) => `${name}:x:${gid}:${members.join(',')}\n`).join(''),
  };
}

/** A user of an image with a group of its own name. */
export const account = (name: string, uid: number, gid = uid): Accounts => ({
  users: [{ name, uid, gid }],
  groups: [{ name, gid, members: [] }],
});
