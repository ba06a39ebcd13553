import { type corev1, PersistentVolume, PersistentVolumeClaim, Pod } from '#api';
import { BIND_COMPLETED, podClaimNames, storageClassOf } from '#component-helpers';
import type { Informers } from '#controller-runtime';

/** Volumes by the claim that their reference names, `namespace/name`. */
export const BY_CLAIM = 'volumes-by-claim';
/** Volumes that refer to no claim, by class. */
export const FREE_BY_CLASS = 'free-volumes-by-class';
/** Claims by the volume that they name. */
export const BY_VOLUME = 'claims-by-volume';
/** Claims that name no volume yet, by class. */
export const WAITING_BY_CLASS = 'waiting-claims-by-class';
/** Pods by the claims they use, `namespace/name`. */
export const PODS_BY_CLAIM = 'pods-by-claim';

/** `namespace/name` of a claim. */
export const claimKey = ({ namespace, name }: { namespace?: string; name?: string }): string => `${namespace ?? ''}/${name ?? ''}`;

const claimsOf = (pod: corev1.Pod): string[] => {
  if (pod.spec?.volumes === undefined) return [];
  return podClaimNames(pod).map((name) => claimKey({ namespace: pod.metadata.namespace, name }));
};

/** Adds the indexes of volumes, claims and the pods that use them. */
export function indexVolumes(informers: Informers): void {
  const volumes = informers.of(PersistentVolume);
  volumes.addIndex(BY_CLAIM, ({ spec }) => (spec.claimRef ? [claimKey(spec.claimRef)] : []));
  volumes.addIndex(FREE_BY_CLASS, (volume) => (volume.spec.claimRef ? [] : [storageClassOf(volume)]));
  const claims = informers.of(PersistentVolumeClaim);
  claims.addIndex(BY_VOLUME, ({ spec }) => (spec.volumeName ? [spec.volumeName] : []));
  claims.addIndex(WAITING_BY_CLASS, (claim) =>
    claim.spec.volumeName || claim.metadata.annotations?.[BIND_COMPLETED] !== undefined ? [] : [storageClassOf(claim)],
  );
  indexPodsByClaim(informers);
}

/** Adds the index of pods by their claims. */
export function indexPodsByClaim(informers: Informers): void {
  informers.of(Pod).addIndex(PODS_BY_CLAIM, claimsOf);
}
