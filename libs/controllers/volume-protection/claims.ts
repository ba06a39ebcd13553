import { type corev1, PersistentVolumeClaim, Pod } from '#api';
import { claimNameOf, isPodTerminal, notForPod, podClaimNames, usesClaims } from '#component-helpers';
import { type Change, defineController, watching } from '#controller-runtime';
import { claimKey, indexPodsByClaim, PODS_BY_CLAIM } from '../persistent-volume/indexes.js';
import { needsProtection, protect } from './finalizer.js';

const FINALIZER = 'kubernetes.io/pvc-protection';

/** Whether a change of a pod may let go of its claims: pods that have a node and go on use them still. */
const letsGo = ({ object: pod, deleted }: Pick<Change<corev1.Pod>, 'object' | 'deleted'>): boolean =>
  usesClaims(pod) && (deleted || isPodTerminal(pod) || !pod.spec.nodeName);

/** Whether a pod keeps a claim from being deleted: it has a node (podUsesPVCForDeletion). Pure. */
function podUsesClaim(pod: corev1.Pod, claim: corev1.PersistentVolumeClaim): boolean {
  if (!pod.spec.nodeName) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  const isShutDown = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
  return (pod.spec.volumes ?? []).some((volume) => {
    if (claimNameOf(pod, volume) !== claim.metadata.name) return false;
    return volume.persistentVolumeClaim !== undefined || (!isShutDown && notForPod(pod, claim) === undefined);
  });
}

/** Keeps claims that pods use from being deleted (pkg/controller/volume/pvcprotection). */
export const claimProtection = defineController({
  name: 'pvc-protection-controller',
  queue: 'pvcprotection',
  flag: 'persistentvolumeclaim-protection-controller',
  for: PersistentVolumeClaim,
  filter: ({ object, deleted }) => !deleted && needsProtection(object, FINALIZER),
  watches: [
    watching(Pod, (change, informers) => {
      if (!letsGo(change)) return [];
      const { namespace } = change.object.metadata;
      const dying = (name: string) => informers.of(PersistentVolumeClaim).get(name, namespace)?.metadata.deletionTimestamp !== undefined;
      return podClaimNames(change.object)
        .filter(dying)
        .map((name) => ({ namespace, name }));
    }),
  ],
  interests({ resource, object, deleted }) {
    return resource === 'pods' ? letsGo({ object: object() as corev1.Pod, deleted }) : !deleted && needsProtection(object(), FINALIZER);
  },
  index: indexPodsByClaim,
  async reconcile(claim, ctx) {
    const isUsed = () => {
      const pods = ctx.informers.of(Pod).byIndex(PODS_BY_CLAIM, claimKey(claim.metadata));
      return pods.some((pod) => podUsesClaim(pod, claim));
    };
    await protect({ resource: PersistentVolumeClaim, object: claim, finalizer: FINALIZER, isUsed }, ctx);
    return undefined;
  },
});
