import type { corev1 } from '#api';

/** What a node has below a path, for volumes of type hostPath (volume/hostpath/host_path.go checkType). */

const DIRECTORIES =
  '/ /bin /boot /dev /etc /etc/cni /etc/cni/net.d /etc/containerd /etc/kubernetes /etc/kubernetes/manifests /etc/kubernetes/pki /etc/ssl /etc/ssl/certs /etc/ca-certificates /etc/systemd /home /lib /lib/modules /media /mnt /opt /opt/cni /opt/cni/bin /proc /root /run /run/containerd /run/systemd /sbin /srv /sys /sys/fs /sys/fs/bpf /sys/fs/cgroup /tmp /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/local/share /usr/local/share/ca-certificates /usr/share /usr/share/ca-certificates /usr/libexec /usr/libexec/kubernetes /var /var/lib /var/lib/cni /var/lib/containerd /var/lib/etcd /var/lib/kubelet /var/lib/kubelet/pods /var/lib/kubelet/plugins /var/lib/kubelet/plugins_registry /var/lib/kubelet/device-plugins /var/log /var/log/containers /var/log/pods /var/run /var/run/containerd /var/tmp';
const FILES =
  '/etc/fstab /etc/group /etc/hostname /etc/hosts /etc/localtime /etc/machine-id /etc/os-release /etc/passwd /etc/resolv.conf /etc/shadow /etc/kubernetes/kubelet.conf /var/lib/kubelet/config.yaml /run/xtables.lock';
const SOCKETS = '/run/containerd/containerd.sock /var/run/containerd/containerd.sock';
const CHARACTER_DEVICES = '/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/fuse /dev/kmsg';
const BLOCK_DEVICES = '/dev/sda /dev/sda1';

/** What there is at a path of a node. */
export type PathKind = 'directory' | 'file' | 'socket file' | 'character device' | 'block device';

const KINDS: ReadonlyMap<string, PathKind> = new Map(
  (
    [
      [DIRECTORIES, 'directory'],
      [FILES, 'file'],
      [SOCKETS, 'socket file'],
      [CHARACTER_DEVICES, 'character device'],
      [BLOCK_DEVICES, 'block device'],
    ] as const
  ).flatMap(([paths, kind]) => paths.split(' ').map((path): [string, PathKind] => [path, kind])),
);

/** The kind that a type of hostPath volumes wants, and whether it is made where nothing is. */
const WANTED: Readonly<Record<string, readonly [kind: PathKind, made: boolean]>> = {
  Directory: ['directory', false],
  DirectoryOrCreate: ['directory', true],
  File: ['file', false],
  FileOrCreate: ['file', true],
  Socket: ['socket file', false],
  CharDevice: ['character device', false],
  BlockDevice: ['block device', false],
};

const plain = (path: string): string => (path.length > 1 ? path.replace(/\/$/, '') : path);
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** What a pod makes on its node where nothing is: a directory, a file with its directory there already; undefined: nothing. */
export function madeByVolume({ path, type = '' }: corev1.HostPathVolumeSource): { path: string; kind: 'directory' | 'file' } | undefined {
  if (type !== '' && WANTED[type]?.[1] !== true) return undefined;
  return { path: plain(path), kind: type === 'FileOrCreate' ? 'file' : 'directory' };
}

/** Why a directory or file of the node cannot be mounted. `made`: what pods have put there. */
export function hostPathError(
  { path: written, type = '' }: corev1.HostPathVolumeSource,
  made: (path: string) => PathKind | undefined,
): string | undefined {
  const wanted = Object.hasOwn(WANTED, type) ? WANTED[type] : undefined;
  if (!wanted) return undefined;
  const [kind, isMade] = wanted;
  const path = plain(written);
  const kindAt = (at: string): PathKind | undefined => KINDS.get(at) ?? made(at);
  const there = kindAt(path);
  if (there === kind) return undefined;
  if (there !== undefined || !isMade) return `hostPath type check failed: ${written} is not a ${kind}`;
  if (kind === 'file') {
    const above = kindAt(parentOf(path));
    if (above === 'directory') return undefined;
    return `open ${path}: ${above === undefined ? 'no such file or directory' : 'not a directory'}`;
  }
  for (let at = parentOf(path); at !== '/'; at = parentOf(at)) {
    const above = kindAt(at);
    if (above === 'directory') return undefined;
    if (above !== undefined) return `mkdir ${at}: not a directory`;
  }
  return undefined;
}
