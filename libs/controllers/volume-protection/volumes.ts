import { PersistentVolume } from '#api';
import { defineController } from '#controller-runtime';
import { needsProtection, protect } from './finalizer.js';

const FINALIZER = 'kubernetes.io/pv-protection';

/** Keeps bound volumes from being deleted (pkg/controller/volume/pvprotection). */
export const volumeProtection = defineController({
  name: 'pv-protection-controller',
  queue: 'pvprotection',
  flag: 'persistentvolume-protection-controller',
  for: PersistentVolume,
  filter: ({ object, deleted }) => !deleted && needsProtection(object, FINALIZER),
  interests: ({ object, deleted }) => !deleted && needsProtection(object(), FINALIZER),
  async reconcile(volume, ctx) {
    const isUsed = () => volume.status?.phase === 'Bound';
    await protect({ resource: PersistentVolume, object: volume, finalizer: FINALIZER, isUsed }, ctx);
    return undefined;
  },
});
