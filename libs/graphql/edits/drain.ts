import type { corev1 } from '#api';
import { controllerOf } from '#apimachinery';
import { isPodTerminal } from '#component-helpers';

/** What a drain may do. */
export interface DrainOptions {
  ignoreDaemonSets: boolean;
  deleteEmptyDirData: boolean;
  force: boolean;
}

/** What becomes of a pod: evicted, left where it is, or a reason not to drain at all. */
export type DrainFate = { do: 'evict' } | { do: 'leave'; because: string } | { do: 'stop'; because: string };

const MIRROR = 'kubernetes.io/config.mirror';

/** What a drain does with a pod of the node (kubectl/pkg/drain filters.go). */
export function drainFate(pod: corev1.Pod, { ignoreDaemonSets, deleteEmptyDirData, force }: DrainOptions): DrainFate {
  const { annotations = {} } = pod.metadata;
  if (Object.hasOwn(annotations, MIRROR)) return { do: 'leave', because: 'mirror pod' };
  if (isPodTerminal(pod)) return { do: 'evict' };
  const controller = controllerOf(pod);
  if (controller?.kind === 'DaemonSet') {
    return ignoreDaemonSets
      ? { do: 'leave', because: 'managed by a DaemonSet' }
      : { do: 'stop', because: 'cannot delete DaemonSet-managed Pods (use ignoreDaemonSets to ignore)' };
  }
  if (pod.spec.volumes?.some(({ emptyDir }) => emptyDir) && !deleteEmptyDirData)
    return { do: 'stop', because: 'cannot delete Pods with local storage (use deleteEmptyDirData to override)' };
  if (!controller && !force) return { do: 'stop', because: 'cannot delete Pods that declare no controller (use force to override)' };
  return { do: 'evict' };
}

/** Pods that are named for each reason. */
const MOST_NAMED = 10;

/** Why nothing is drained: each reason once with its pods (kubectl/pkg/drain filters.go); undefined: nothing stops it. */
export function drainStops(fates: ReadonlyArray<{ pod: corev1.Pod; fate: DrainFate }>): string | undefined {
  const found = new Map<string, string[]>();
  for (const { pod, fate } of fates) {
    if (fate.do !== 'stop') continue;
    const named = found.get(fate.because);
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if (named) named.push(name);
    else found.set(fate.because, [name]);
  }
  const reasons = [...found].map(([because, pods]) => {
    const more = pods.length - MOST_NAMED;
    return `${because}: ${pods.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  });
  return reasons.length > 0 ? reasons.join('; ') : undefined;
}
