import type { corev1 } from '#api';
import { type FileSystem } from '../files/file-system.js';
import { file, normalized } from '../files/nodes.js';
import type { FileUser } from '../files/permissions.js';

/** The user of a container's files, by the identity of its process. */
export function fileUser({ uid, gid, supplementalGroups = [] }: corev1.LinuxContainerUser): FileUser {
  return { uid, groups: [gid, ...supplementalGroups] };
}

/** The file of the termination message, which every user may write. */
export function mountTerminationLog(files: FileSystem, { terminationMessagePath }: corev1.Container, now: number): void {
  const path = normalized(terminationMessagePath || '/dev/termination-log');
  if (files.stat(path) === undefined) files.mount(path, file('', now, 0o666));
}
