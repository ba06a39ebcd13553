import type { corev1 } from '#api';
import { FileError, FileSystem } from '../files/file-system.js';
import { normalized } from '../files/nodes.js';
import { WRITABLE_BYTES } from './limits.js';
import { volumeDirectory } from './volumes.js';
import type { MachineWorld } from './world.js';

const isWithin = (path: string, mount: string): boolean => path === mount || path.startsWith(mount === '/' ? mount : `${mount}/`);

/**
 * The text of a file in a volume that a container mounts, as the volume's source is now; undefined if there is none. Only this volume is
 * read, and nothing is run.
 */
export async function mountedFile(
  world: Pick<MachineWorld, 'clock' | 'objects'>,
  { pod, container, path }: { pod: corev1.Pod; container: corev1.Container; path: string },
): Promise<string | undefined> {
  const wanted = normalized(path);
  const mounts = (container.volumeMounts ?? []).map((mount) => ({ ...mount, at: normalized(mount.mountPath) }));
  const [mount] = mounts.filter(({ at }) => isWithin(wanted, at)).sort((a, b) => b.at.length - a.at.length);
  const volume = mount && pod.spec.volumes?.find(({ name }) => name === mount.name);
  if (!volume) return undefined;
  const files = new FileSystem(await volumeDirectory(world, pod, volume), { now: () => world.clock.now(), limit: WRITABLE_BYTES });
  try {
    return files.read(normalized(`${mount.subPath ?? ''}/${wanted.slice(mount.at.length)}`));
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}
