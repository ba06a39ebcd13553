import type { ImageDefinition } from '../images/image.js';
import type { Command } from '../shell/process.js';
import { etcdCommands } from './etcdctl.js';
import { fileCommands } from './files.js';
import { curlCommand, networkCommands } from './network.js';
import { sed } from './sed.js';
import { systemCommands } from './system.js';
import { tar } from './tar.js';
import { textCommands } from './text.js';

/** What images with a shell have. */
const COMMON: Readonly<Record<string, Command>> = { ...textCommands, ...fileCommands, ...systemCommands, ...networkCommands, sed, tar };

const COMMON_WITHOUT_WGET = Object.fromEntries(Object.entries(COMMON).filter(([name]) => name !== 'wget'));

/** Images that bring curl. */
const WITH_CURL = /curl|netshoot|nginx|cks-lab|dnsutils/;
/** The slim variants of nginx on Alpine leave curl out. */
const WITHOUT_CURL = /nginx[^/]*:[^/]*slim/;
/** Images on Debian without wget, unless their tag is one of Alpine. */
const WITHOUT_WGET = /\/nginx/;

/** The commands of an image by name, without shells and its own programs; `name` is the image as the container names it. */
export function commandsOf({ shell, repositories }: ImageDefinition, name = ''): Readonly<Record<string, Command>> {
  if (!shell) return repositories.some((one) => one.endsWith('/etcd')) ? etcdCommands : {};
  const is = (pattern: RegExp): boolean => repositories.some((one) => pattern.test(one));
  const common = is(WITHOUT_WGET) && !SMALL.test(name) ? COMMON_WITHOUT_WGET : COMMON;
  return is(WITH_CURL) && !WITHOUT_CURL.test(name) ? { ...common, curl: curlCommand } : common;
}

const SMALL = /busybox|alpine|curl/;

/** The shells of an image; `name` is the image as the container names it, whose tag may say `alpine`. */
export function shellsOf({ shell, repositories }: ImageDefinition, name = ''): readonly string[] {
  if (!shell) return [];
  if (SMALL.test(name) || repositories.some((one) => SMALL.test(one))) return ['sh', 'ash'];
  return repositories.some((one) => one.includes('netshoot')) ? ['sh', 'bash', 'dash', 'zsh'] : ['sh', 'bash', 'dash'];
}

/** Commands of all images with a shell that are not interpreted, and those of packages, which the smallest images do not have. */
const NOT_INTERPRETED = new Set(
  'awk vi less more ifconfig route netstat ip ss gzip gunzip zcat unzip bzip2 xz bc dc patch diff cmp od hexdump xxd strings install mktemp mknod mkfifo chroot su adduser addgroup deluser passwd crond telnet traceroute sha1sum sha512sum nohup setsid nice renice time watch top uuidgen shuf split paste join comm fold fmt expand nl logger sysctl lsof fuser pidof pgrep pkill killall stty tty inotifyd start-stop-daemon umount'.split(
    ' ',
  ),
);
const OF_PACKAGES = new Set(
  'apt apt-get apt-cache dpkg apk yum dnf rpm pip pip3 npm npx yarn make gcc go node java ruby php perl python python3 git openssl jq yq ssh scp ssh-keygen rsync dig host tcpdump nmap file envsubst gpg psql mysql redis-cli mongosh stress stress-ng useradd usermod groupadd sudo locale-gen update-ca-certificates service systemctl kubectl helm aws gcloud'.split(
    ' ',
  ),
);

/** Whether a command exists in an image without being interpreted. */
export function isUninterpreted(image: ImageDefinition, name: string, reference = ''): boolean {
  if (!image.shell) return false;
  return NOT_INTERPRETED.has(name) || (OF_PACKAGES.has(name) && !/busybox/.test(reference));
}
