import type { corev1, Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { InformerChange, Informers } from '#client';

/** A change in the cluster, as hints see it. */
export type HintedChange<T extends KubeObject = KubeObject> = Pick<InformerChange<T>, 'object' | 'old' | 'deleted'>;

/** When a change of an object may make pods schedulable. */
export interface HintRules<T extends KubeObject> {
  /** Whether such a change may help any pod; if unset, it may. */
  readonly when?: (change: HintedChange<T>) => boolean;
  /** Whether it may help this pod; if unset, it may. */
  readonly may?: (pod: corev1.Pod, change: HintedChange<T>, informers: Informers) => boolean;
}

/** A kind of change that may make a pod schedulable (ClusterEventWithHint). */
export interface Hint extends HintRules<KubeObject> {
  readonly on: Resource;
}

/** A hint whose functions get objects of the resource's type. */
export function hint<T extends KubeObject>(on: Resource<T>, { when, may }: HintRules<T> = {}): Hint {
  return {
    on,
    ...(when && { when: (change) => when(change as HintedChange<T>) }),
    ...(may && { may: (pod, change, informers) => may(pod, change as HintedChange<T>, informers) }),
  };
}

/** A change of an object of a resource. */
export interface Happening {
  on: Resource;
  change: HintedChange;
  informers: Informers;
}

/** Whether a change may help pods that one of these plugins has rejected: no pod, or those for which the function returns true. */
export function helpOf(
  plugins: ReadonlyArray<{ readonly hints?: readonly Hint[] | undefined }>,
  { on, change, informers }: Happening,
): false | ((pod: corev1.Pod) => boolean) {
  const relevant: Hint[] = [];
  for (const { hints } of plugins) {
    if (hints === undefined) return () => true;
    for (const each of hints)
      if (each.on.kind === on.kind && each.on.group === on.group && (each.when?.(change) ?? true)) relevant.push(each);
  }
  if (relevant.length === 0) return false;
  return (pod) => relevant.some((each) => each.may?.(pod, change, informers) ?? true);
}
