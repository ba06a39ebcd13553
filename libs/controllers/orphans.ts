import { type corev1, Pod, type Resource } from '#api';
import { controllerOf, deepEqual, type KubeObject, keyOf, type LabelSelector } from '#apimachinery';
import { type Change, type Informers, type Watch, watching } from '#controller-runtime';

const ORPHANS = 'orphans-by-namespace';

/** Indexes pods without a controller by namespace: a controller that adopts pods calls it when it is opened. */
export function indexOrphans(informers: Informers): void {
  informers.of(Pod).addIndex(ORPHANS, (pod) => (controllerOf(pod) === undefined ? [pod.metadata.namespace ?? ''] : []));
}

/** The pods of a namespace that have no controller. */
export function orphansIn(informers: Informers, namespace: string | undefined): readonly corev1.Pod[] {
  return informers.of(Pod).byIndex(ORPHANS, namespace ?? '');
}

/** Whether a pod without a controller was added, or has changed so that another controller might adopt it. */
export function isNewOrphan({ object, old, deleted }: Change<corev1.Pod>): boolean {
  if (deleted || controllerOf(object) !== undefined || object.metadata.deletionTimestamp !== undefined) return false;
  return old === undefined || controllerOf(old) !== undefined || !deepEqual(old.metadata.labels, object.metadata.labels);
}

/** Queues the owners whose selector matches a new orphan. */
export function watchingOrphans<T extends KubeObject>(resource: Resource<T>, selectorOf: (owner: T) => LabelSelector): Watch {
  return watching(Pod, (change, informers) => {
    if (!isNewOrphan(change)) return [];
    const { namespace, labels } = change.object.metadata;
    const owners = informers.of(resource).list(namespace);
    return owners.filter((owner) => selectorOf(owner).matches(labels)).map(keyOf);
  });
}
