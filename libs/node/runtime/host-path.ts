import type { corev1 } from '#api';

/** Where a path of a pod's containers is on its node; undefined if it is in no hostPath volume. */
export function hostPathOf({ spec }: corev1.Pod, path: string): string | undefined {
  const mounts = spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
  const isAbove = (directory: string): boolean => path === directory || path.startsWith(`${directory.replace(/\/$/, '')}/`);
  const [mount] = mounts.filter(({ mountPath }) => isAbove(mountPath)).sort((a, b) => b.mountPath.length - a.mountPath.length);
  const volume = mount && spec.volumes?.find(({ name }) => name === mount.name);
  if (!mount || !volume?.hostPath) return undefined;
  const below = path.slice(mount.mountPath.replace(/\/$/, '').length);
  return [volume.hostPath.path.replace(/\/$/, ''), mount.subPath ? `/${mount.subPath}` : '', below].join('') || '/';
}
