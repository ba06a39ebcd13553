import type { corev1 } from '#api';

/** What a node has below a path, for volumes of type hostPath that must exist (volume/hostpath/host_path.go checkType). */

const DIRECTORIES = new Set(
  '/ /bin /boot /dev /etc /etc/cni /etc/cni/net.d /etc/containerd /etc/kubernetes /etc/kubernetes/manifests /etc/kubernetes/pki /etc/ssl /etc/ssl/certs /etc/ca-certificates /etc/systemd /home /lib /lib/modules /media /mnt /opt /opt/cni /opt/cni/bin /proc /root /run /run/containerd /run/systemd /sbin /srv /sys /sys/fs/bpf /sys/fs/cgroup /tmp /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/local/share/ca-certificates /usr/share /usr/share/ca-certificates /usr/libexec/kubernetes /var /var/lib /var/lib/cni /var/lib/containerd /var/lib/etcd /var/lib/kubelet /var/lib/kubelet/pods /var/lib/kubelet/plugins /var/lib/kubelet/plugins_registry /var/lib/kubelet/device-plugins /var/log /var/log/containers /var/log/pods /var/run /var/tmp'.split(
    ' ',
  ),
);
const FILES = new Set(
  '/etc/fstab /etc/group /etc/hostname /etc/hosts /etc/localtime /etc/machine-id /etc/os-release /etc/passwd /etc/resolv.conf /etc/shadow /etc/kubernetes/kubelet.conf /var/lib/kubelet/config.yaml /run/xtables.lock'.split(
    ' ',
  ),
);
const SOCKETS = new Set('/run/containerd/containerd.sock /var/run/containerd/containerd.sock'.split(' '));
const CHARACTER_DEVICES = new Set('/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/fuse /dev/kmsg'.split(' '));
const BLOCK_DEVICES = new Set('/dev/sda /dev/sda1'.split(' '));

const CHECKS: Readonly<Record<string, readonly [kind: string, paths: ReadonlySet<string>]>> = {
  Directory: ['directory', DIRECTORIES],
  File: ['file', FILES],
  Socket: ['socket file', SOCKETS],
  CharDevice: ['character device', CHARACTER_DEVICES],
  BlockDevice: ['block device', BLOCK_DEVICES],
};

/** Why a directory or file of the node cannot be mounted. `made`: whether something was put there. */
export function hostPathError({ path, type = '' }: corev1.HostPathVolumeSource, made: (path: string) => boolean): string | undefined {
  const check = Object.hasOwn(CHECKS, type) ? CHECKS[type] : undefined;
  if (!check) return undefined;
  const [kind, paths] = check;
  const plain = path.length > 1 ? path.replace(/\/$/, '') : path;
  const exists = paths.has(plain) || ((type === 'Directory' || type === 'File') && made(plain));
  return exists ? undefined : `hostPath type check failed: ${path} is not a ${kind}`;
}
