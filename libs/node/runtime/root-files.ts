import type { corev1 } from '#api';
import { commandsOf, shellsOf } from '../commands/image-commands.js';
import { FileSystem } from '../files/file-system.js';
import { bytesOf, type DirectoryNode, directory, file, normalized } from '../files/nodes.js';
import { accountFiles, accountsOf, systemOf } from '../images/accounts.js';
import type { ImageDefinition } from '../images/image.js';
import { podDNS } from '../pod/dns.js';
import { hostnameOf, namesOf } from '../pod/host-name.js';
import { sysctlName } from '../pod/sysctls.js';
import { WRITABLE_BYTES } from './limits.js';

/** The root file system of a container: what every image has, the image's own files, and what the kubelet puts in. */

const DIRECTORIES =
  'bin dev etc home lib media mnt opt proc root run sbin srv sys tmp usr usr/bin usr/lib usr/local/bin usr/sbin usr/share var var/cache var/lib var/log var/run'.split(
    ' ',
  );

const OS_RELEASE: Readonly<Record<string, string>> = {
  debian:
    'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nVERSION="13 (trixie)"\nVERSION_CODENAME=trixie\nID=debian\nHOME_URL="https://www.debian.org/"\n',
  alpine: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME="Alpine Linux v3.22"\nHOME_URL="https://alpinelinux.org/"\n',
};

/** /etc/hosts (kubelet_pods.go managedHostsFileContent, nodeHostsFileContent). */
function hosts(pod: corev1.Pod): string {
  const { hostAliases = [], hostNetwork, nodeName } = pod.spec ?? {};
  const local = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n';
  const more = hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`).join('');
  const aliases = more === '' ? '' : `\n# Entries added by HostAliases.\n${more}`;
  if (hostNetwork)
    return `# Kubernetes-managed hosts file (host network).\n${local}${pod.status?.hostIP ?? ''}\t${nodeName ?? ''}\n${aliases}`;
  const { name, domain } = namesOf(pod);
  const own = (pod.status?.podIPs ?? []).map(({ ip }) => `${ip}\t${domain ? `${name}.${domain}\t` : ''}${name}\n`).join('');
  return `# Kubernetes-managed hosts file.\n${local}fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n${own}${aliases}`;
}

/** /etc/resolv.conf, by the pod's DNS policy. */
function resolvConf(pod: corev1.Pod): string {
  const { searches, servers, options } = podDNS(pod);
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}

/** The files of an image; `name` is the image as it is named, whose tag may say `alpine`. One without a shell has its own alone. */
export function imageDirectory(image: ImageDefinition, name: string | undefined, now: number): DirectoryNode {
  const root = directory(now);
  const fs = new FileSystem(root, { now: () => now, limit: WRITABLE_BYTES });
  if (image.shell) {
    addDirectories(fs, now);
    const release = OS_RELEASE[systemOf(image, name)];
    const files = { ...accountFiles(accountsOf(image, name)), ...(release === undefined ? {} : { '/etc/os-release': release }) };
    for (const [path, content] of Object.entries(files)) fs.mount(path, file(bytesOf(content), now));
    for (const command of [...Object.keys(commandsOf(image, name)), ...shellsOf(image, name)])
      fs.mount(`/bin/${command}`, file('\x7fELF', now, 0o755));
  }
  for (const path of executablePaths(image)) fs.mount(path, file('\x7fELF', now, 0o755));
  for (const [path, content] of Object.entries(image.files ?? {})) fs.mount(path, file(bytesOf(content), now));
  if (image.workingDir && !fs.stat(image.workingDir)) fs.mount(normalized(image.workingDir), directory(now));
  return root;
}

/** Where an image's own executables are: the one that it starts where its entrypoint says. */
function executablePaths({ entrypoint: [start = ''] = [], executables = {} }: ImageDefinition): string[] {
  return Object.keys(executables).map((name) => (start.startsWith('/') && start.endsWith(`/${name}`) ? start : `/usr/local/bin/${name}`));
}

function addDirectories(fs: FileSystem, now: number): void {
  for (const path of DIRECTORIES)
    if (fs.stat(`/${path}`) === undefined) fs.mount(`/${path}`, directory(now, path === 'tmp' ? 0o1777 : 0o755));
}

interface RootOptions {
  pod: corev1.Pod;
  image: ImageDefinition;
  /** The image as the container names it. */
  name: string | undefined;
  now: number;
}

/** Builds a root directory. */
export function rootDirectory({ pod, image, name, now }: RootOptions): DirectoryNode {
  const root = imageDirectory(image, name, now);
  const fs = new FileSystem(root, { now: () => now, limit: WRITABLE_BYTES });
  addDirectories(fs, now);
  fs.mount('/dev/null', file('', now, 0o666));
  const text = (path: string, content: string) => fs.mount(path, file(bytesOf(content), now));
  text('/etc/hostname', `${hostnameOf(pod)}\n`);
  text('/etc/hosts', hosts(pod));
  text('/etc/resolv.conf', resolvConf(pod));
  for (const { name: sysctl, value } of pod.spec.securityContext?.sysctls ?? [])
    text(`/proc/sys/${sysctlName(sysctl).replace(/[./]/g, (found) => (found === '.' ? '/' : '.'))}`, `${value}\n`);
  return root;
}
