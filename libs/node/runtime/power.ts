import type { corev1 } from '#api';
import { type DirectoryNode, directory } from '../files/nodes.js';
import type { Instance } from './container.js';
import type { VolumeUpdate } from './volumes.js';
import type { MachineWorld } from './world.js';

/** From when to when the machine of a pod was off last, as its containers were started before and after. */
interface PowerCut {
  readonly off: number;
  readonly on: number;
}

const toSecond = (at: number): number => Math.floor(at / 1000) * 1000;

/** The last time that the machine was off, unless that was before all that is known of the containers. */
export function powerCut(pod: corev1.Pod, instances: readonly Instance[], { faults }: Pick<MachineWorld, 'faults'>): PowerCut | undefined {
  const boot = faults?.boot?.(pod.spec.nodeName ?? '');
  // Statuses tell whole seconds: what was started in the second of the machine's start was started afterwards.
  const since = boot && toSecond(boot.at);
  if (boot === undefined || since === undefined || !instances.some(({ startedAt }) => startedAt < since)) return undefined;
  const after = instances.filter(({ startedAt }) => startedAt >= since).map(({ startedAt }) => startedAt);
  // Nothing else happens in the millisecond before the first process starts again.
  const on = Math.min(boot.at, ...after) - 0.5;
  return { off: Math.min(boot.off, on - 0.5), on };
}

/** When a process has ended: with its machine, if that went off meanwhile, whether or not its status tells that; undefined if it goes on. */
export function endedAt({ startedAt, finishedAt }: Instance, cut: PowerCut | undefined): number | undefined {
  if (cut && startedAt < cut.on && (finishedAt ?? cut.on) >= toSecond(cut.on)) return cut.off;
  if (finishedAt === undefined) return undefined;
  // The status knows whole seconds: a container that ended is stopped at the end of that second.
  return finishedAt + 999;
}

/** The volumes of a pod that are in memory, as they are after their machine was off. */
export function lostVolumes({ spec }: corev1.Pod, volumes: ReadonlyMap<string, DirectoryNode>, { on }: PowerCut): VolumeUpdate | undefined {
  const inMemory = (spec.volumes ?? []).filter(({ name, emptyDir }) => emptyDir?.medium && volumes.has(name));
  if (inMemory.length === 0) return undefined;
  return { at: on, volumes: new Map(inMemory.map(({ name }) => [name, directory(on, 0o777)])) };
}
