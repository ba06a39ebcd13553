import type { corev1 } from '#api';
import { givenDevices } from '../devices/device-plugin.js';
import { FileSystem } from '../files/file-system.js';
import { bytesOf, type DirectoryNode, type FileNode, file, normalized } from '../files/nodes.js';
import { WRITABLE_BYTES } from './limits.js';

/** The files of the devices that plugins have given a container. */
export function mountDevices(files: FileSystem, pod: corev1.Pod, { container, now }: { container: corev1.Container; now: number }): void {
  for (const path of givenDevices(pod, container).files) files.mount(path, file('', now, 0o666));
}

/** Where processes read what is mounted. */
export const MOUNT_TABLES = ['/proc/mounts', '/proc/self/mounts', '/proc/1/mounts'] as const;

/** What processes read of what is mounted; `text`: as in /proc/mounts. */
export function mountTables(files: FileSystem, text: string, now: number): void {
  const table = file(bytesOf(text), now, 0o444);
  for (const path of MOUNT_TABLES) files.mount(path, table);
}

/** What is at a path below a volume. */
export const subPathNode = (volume: DirectoryNode, subPath: string): ReturnType<FileSystem['stat']> =>
  new FileSystem(volume, { now: () => 0, limit: 0 }).stat(subPath);

/** Mounts a volume, or what is at the subPath of the mount, into a container's files. */
export function mountVolume(
  files: FileSystem,
  { mountPath, subPath, readOnly }: corev1.VolumeMount,
  { volume, now }: { volume: DirectoryNode; now: () => number },
): void {
  let node: DirectoryNode | FileNode = volume;
  if (subPath) {
    const within = new FileSystem(volume, { now, limit: WRITABLE_BYTES });
    const found = within.stat(subPath);
    if (found === undefined && volume.readOnly) return;
    if (found === undefined) within.makeDirectory(normalized(subPath), true);
    const there = within.stat(subPath);
    // A kubelet makes it with the permissions of the volume.
    if (found === undefined && there?.kind === 'dir') Object.assign(there, { mode: volume.mode, gid: volume.gid ?? 0 });
    if (there === undefined || there.kind === 'link') return;
    node = there;
  }
  // The entries are shared with other mounts of the volume; whether it may be written is a property of the mount.
  if (node.kind === 'dir') node = { ...node, readOnly: readOnly === true || volume.readOnly === true, meter: volume.meter };
  files.mount(mountPath, node);
}
