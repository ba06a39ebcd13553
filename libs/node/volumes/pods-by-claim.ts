import { type corev1, Pod } from '#api';
import { podClaimNames, usesClaims } from '#component-helpers';
import type { Informers } from '#controller-runtime';

const BY_CLAIM = 'kubelet-pods-by-claim';

const claimKey = (namespace: string | undefined, name: string): string => `${namespace}/${name}`;

/** Adds the index of pods by their claims. */
export function indexPodsByClaim(informers: Informers): void {
  informers
    .of(Pod)
    .addIndex(BY_CLAIM, (pod) => (usesClaims(pod) ? podClaimNames(pod).map((name) => claimKey(pod.metadata.namespace, name)) : []));
}

/** The pods that use a claim. */
export const podsOfClaim = ({ metadata }: corev1.PersistentVolumeClaim, informers: Informers): readonly corev1.Pod[] =>
  informers.of(Pod).byIndex(BY_CLAIM, claimKey(metadata.namespace, metadata.name));
