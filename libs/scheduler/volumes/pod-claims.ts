import { type corev1, PersistentVolumeClaim, StorageClass } from '#api';
import type { Informers } from '#client';
import { BIND_COMPLETED, claimNameOf, delaysBinding, notForPod, storageClassOf } from '#component-helpers';

type Claim = corev1.PersistentVolumeClaim;

/** The claims of a pod, by what has to be done about them (PodVolumeClaims). */
export interface PodClaims {
  bound: readonly Claim[];
  /** They are bound, or their volumes provisioned, once the pod has a node. */
  waiting: readonly Claim[];
  /** The binder binds them, whatever node the pod gets. */
  immediate: readonly Claim[];
}

/** `namespace/name`. */
export const claimKeyOf = ({ metadata: { namespace, name } }: Claim): string => `${namespace}/${name}`;

/** Why a claim keeps its pod from being scheduled. */
function trouble(pod: corev1.Pod, volume: corev1.Volume, claim: Claim): string | undefined {
  const { name, deletionTimestamp } = claim.metadata;
  if (claim.status?.phase === 'Lost')
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`;
  if (deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
  return volume.ephemeral ? notForPod(pod, claim) : undefined;
}

/** The claims of a pod; a text says why it cannot be scheduled with them (podHasPVCs, GetPodVolumeClaims). Undefined if it has none. */
export function claimsOf(pod: corev1.Pod, informers: Informers): PodClaims | string | undefined {
  const [bound, waiting, immediate]: [Claim[], Claim[], Claim[]] = [[], [], []];
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const claim = informers.of(PersistentVolumeClaim).get(name, pod.metadata.namespace);
    if (!claim) {
      const missing = `persistentvolumeclaim "${name}"`;
      return volume.ephemeral ? `waiting for ephemeral volume controller to create the ${missing}` : `${missing} not found`;
    }
    const why = trouble(pod, volume, claim);
    if (why !== undefined) return why;
    const isBound = claim.spec.volumeName && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined;
    // A claim that names its volume is bound by the binder, also where its class waits.
    const waits = !claim.spec.volumeName && delaysBinding(informers.of(StorageClass).get(storageClassOf(claim)));
    (isBound ? bound : waits ? waiting : immediate).push(claim);
  }
  return bound.length + waiting.length + immediate.length === 0 ? undefined : { bound, waiting, immediate };
}
