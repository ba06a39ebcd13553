import type { corev1 } from '#api';
import { type FileSystem } from '../files/file-system.js';
import { file, normalized } from '../files/nodes.js';
import type { FileUser } from '../files/permissions.js';
import type { ImageDefinition } from '../images/image.js';
import { withoutWrappers } from '../images/run.js';
import { hasCapability, processStatus } from '../pod/capabilities.js';

/** The user of a container's files, by the identity of its process; undefined: root with all that root may do. */
export function fileUser(
  { uid, gid, supplementalGroups = [] }: corev1.LinuxContainerUser,
  container: corev1.Container,
): FileUser | undefined {
  const isRoot = uid === 0;
  const [overrides, chown] = ['DAC_OVERRIDE', 'CHOWN'].map((name) => hasCapability(container, uid, name));
  if (isRoot && overrides && chown) return undefined;
  return { uid, groups: [gid, ...supplementalGroups], ...(isRoot ? { overrides: overrides === true, chown: chown === true } : {}) };
}

/** What processes show of themselves in /proc. */
export function mountProcessStatus(
  files: FileSystem,
  container: corev1.Container,
  { user, name, now }: { user: corev1.LinuxContainerUser; name: string; now: number },
): void {
  const status = file(processStatus(container, user, name), now, 0o444);
  files.mount('/proc/1/status', status);
  files.mount('/proc/self/status', status);
}

/** The file of the termination message, which every user may write. */
export function mountTerminationLog(files: FileSystem, { terminationMessagePath }: corev1.Container, now: number): void {
  const path = normalized(terminationMessagePath || '/dev/termination-log');
  if (files.stat(path) === undefined) files.mount(path, file('', now, 0o666));
}

/** The name of process 1. */
export function processName(
  { command = [] }: corev1.Container,
  { entrypoint = [], cmd = [] }: Pick<ImageDefinition, 'entrypoint' | 'cmd'>,
): string {
  const [path = ''] = withoutWrappers(command.length > 0 ? command : [...entrypoint, ...cmd]);
  return path.slice(path.lastIndexOf('/') + 1).slice(0, 15);
}
