import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';

/** The NoExecute taints of a node. */
export function noExecuteTaints(node: corev1.Node | undefined): corev1.Taint[] {
  return (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}

/** Tolerations by what they match, each with its place in the list, so that a taint is looked up instead of being compared with all. */
function indexed(tolerations: readonly corev1.Toleration[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  tolerations.forEach(({ key = '', effect = '', operator, value = '' }, place) => {
    const id = idOf(key, effect, operator === 'Exists' ? undefined : value);
    if (!first.has(id)) first.set(id, place);
  });
  return first;
}

const idOf = (key: string, effect: string, value: string | undefined): string =>
  `${key}\0${effect}\0${value === undefined ? 'Exists' : `=${value}`}`;

/** The place of the first toleration of a taint. */
function placeOf(taint: corev1.Taint, index: ReadonlyMap<string, number>): number | undefined {
  const places = [taint.key, ''].flatMap((key) =>
    [taint.effect, ''].flatMap((effect) => [undefined, taint.value ?? ''].flatMap((value) => index.get(idOf(key, effect, value)) ?? [])),
  );
  return places.length === 0 ? undefined : Math.min(...places);
}

/**
 * How long a pod tolerates taints, in milliseconds: the shortest time of the tolerations that are used; 0 if a taint is not tolerated,
 * Infinity if all are for good (GetMatchingTolerations, getMinTolerationTime). Of several tolerations of a taint the first is used.
 */
export function toleratedFor(taints: readonly corev1.Taint[], tolerations: readonly corev1.Toleration[]): number {
  const index = indexed(tolerations);
  let shortest = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const place = placeOf(taint, index);
    if (place === undefined) return 0;
    const seconds = tolerations[place]?.tolerationSeconds;
    if (seconds !== undefined && seconds !== null) shortest = Math.min(shortest, Math.max(0, Number(seconds)) * 1000);
  }
  return shortest;
}

/** When a pod is to be deleted (not at all, if undefined), and whether a deletion that was planned before is called off. */
export interface EvictionPlan {
  at: Instant | undefined;
  cancelled: boolean;
}

/**
 * Decides when a pod is deleted, given the NoExecute taints of its node. `before` is when its deletion was planned for; `since` is when
 * the taints were first seen. A timer that runs is kept, whatever the tolerations have become (processPodOnNode).
 */
export function planEviction(
  taints: readonly corev1.Taint[],
  tolerations: readonly corev1.Toleration[],
  { before, since, now }: { before: Instant | undefined; since: Instant; now: Instant },
): EvictionPlan {
  const tolerated = taints.length === 0 ? Number.POSITIVE_INFINITY : toleratedFor(taints, tolerations);
  if (tolerated === Number.POSITIVE_INFINITY) return { at: undefined, cancelled: before !== undefined };
  if (tolerated === 0) return { at: now, cancelled: before !== undefined && before > now };
  return { at: before ?? since + tolerated, cancelled: false };
}

/**
 * Since when a pod has been on a node with its present taints, as far as the objects tell: where a process begins it has not seen the
 * taints come.
 */
export function taintedSince(taints: readonly corev1.Taint[], pod: corev1.Pod, now: Instant): Instant {
  const times = taints.map(({ timeAdded }) => (timeAdded === undefined ? now : (parseTime(timeAdded) ?? now)));
  const bound = parseTime(pod.metadata.creationTimestamp ?? '') ?? now;
  return Math.min(
    now,
    times.reduce((latest, time) => Math.max(latest, time), bound),
  );
}
