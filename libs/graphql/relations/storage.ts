import type { corev1 } from '#api';
import { PersistentVolume, PersistentVolumeClaim, Pod } from '#api';
import { defineRelation } from './relation.js';

/** The volume a claim is bound to. */
export const claimVolume = defineRelation<corev1.PersistentVolumeClaim>({
  on: PersistentVolumeClaim,
  field: 'persistentVolume',
  description: 'The PersistentVolume this claim is bound to.',
  to: PersistentVolume,
  list: false,
  resolve: async (claim, { loaders }) => (claim.spec.volumeName ? loaders.get(PersistentVolume, claim.spec.volumeName) : undefined),
});

/** The claim a volume is bound to. */
export const volumeClaim = defineRelation<corev1.PersistentVolume>({
  on: PersistentVolume,
  field: 'persistentVolumeClaim',
  description: 'The PersistentVolumeClaim this volume is bound to.',
  to: PersistentVolumeClaim,
  list: false,
  async resolve(volume, { loaders }) {
    const reference = volume.spec.claimRef;
    return reference?.name ? loaders.get(PersistentVolumeClaim, reference.name, reference.namespace) : undefined;
  },
});

/** The pods that mount a claim. */
export const claimPods = defineRelation<corev1.PersistentVolumeClaim>({
  on: PersistentVolumeClaim,
  field: 'pods',
  description: 'The Pods whose volumes refer to this claim.',
  to: Pod,
  list: true,
  async resolve(claim, { loaders }, selectors) {
    const groups = await loaders.grouped(
      Pod,
      { namespace: claim.metadata.namespace, ...selectors },
      {
        name: 'claim',
        keys: (pod) => [...new Set((pod.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []))],
      },
    );
    return groups.get(claim.metadata.name) ?? [];
  },
});
