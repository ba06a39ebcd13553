import { type corev1, PersistentVolume, PersistentVolumeClaim, Pod } from '#api';
import { ignoreNotFound, keyOf } from '#apimachinery';
import { isPodTerminal } from '#component-helpers';
import { defineController, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { BINDER_FLAG, EVENT_SOURCE } from './claims.js';
import { BY_CLAIM, claimKey, indexVolumes, PODS_BY_CLAIM } from './indexes.js';
import { planReclaim, planVolume, unbound } from './plan-volume.js';
import { toldMigration } from './provisioning.js';
import { setVolumePhase } from './volume-phase.js';

type Volume = corev1.PersistentVolume;

/** Milliseconds until a volume is looked at again whose pods still use it: the resync period of the binder. */
const RESYNC = 15_000;

/** Keeps the phases of volumes, and reclaims those whose claims are gone (pkg/controller/volume/persistentvolume, syncVolume). */
export const volumeBinder = defineController({
  name: EVENT_SOURCE,
  queue: 'volumes',
  flag: BINDER_FLAG,
  for: PersistentVolume,
  filter: ({ deleted }) => !deleted,
  reads: [Pod],
  watches: [
    watching(PersistentVolumeClaim, ({ object: claim }, informers) => {
      const volumes = informers.of(PersistentVolume);
      const named = claim.spec.volumeName ? volumes.get(claim.spec.volumeName) : undefined;
      return [...volumes.byIndex(BY_CLAIM, claimKey(claim.metadata)), ...(named ? [named] : [])].map(keyOf);
    }),
  ],
  index: indexVolumes,
  reconcile: syncVolume,
});

async function syncVolume(found: Volume, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { client, informers, recorder } = ctx;
  const told = toldMigration(found, 'volume');
  const volume = told === found ? found : await client.update(PersistentVolume, told);
  const { claimRef } = volume.spec;
  const claim = claimRef?.name ? informers.of(PersistentVolumeClaim).get(claimRef.name, claimRef.namespace) : undefined;
  const plan = planVolume(volume, claim);
  switch (plan.do) {
    case 'phase':
      await setVolumePhase(volume, plan.phase, ctx);
      return undefined;
    case 'reclaim':
      return reclaim(volume, ctx);
    case 'unbind':
      await setVolumePhase(await client.update(PersistentVolume, unbound(volume)), 'Available', ctx);
      return undefined;
    case 'mismatch': {
      const [ours, theirs] = [volume.metadata.name, plan.claim.metadata.name];
      const why = 'due to incompatible volumeMode.';
      recorder.warning(volume, 'VolumeMismatch', `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${theirs}" ${why}`);
      recorder.warning(plan.claim, 'VolumeMismatch', `Cannot bind PersistentVolume "${ours}" to requested PersistentVolumeClaim ${why}`);
      return undefined;
    }
    case 'nothing':
      return undefined;
  }
}

async function reclaim(volume: Volume, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { recorder } = ctx;
  const isReclaimed = volume.status?.phase === 'Released' || volume.status?.phase === 'Failed';
  const released = isReclaimed ? volume : await setVolumePhase(volume, 'Released', ctx);
  const plan = planReclaim(released);
  switch (plan.do) {
    case 'delete':
      await remove(released, ctx);
      return undefined;
    case 'recycle':
      return recycle(released, ctx);
    case 'fail':
      if (released.status?.phase === 'Failed') return undefined;
      recorder.warning(await setVolumePhase(released, 'Failed', ctx, plan.message), plan.reason, plan.message);
      return undefined;
    case 'leave':
      return undefined;
  }
}

async function remove({ metadata }: Volume, { client }: ReconcileContext): Promise<void> {
  if (metadata.deletionTimestamp !== undefined) return;
  await client.delete(PersistentVolume, metadata.name, undefined, { uid: metadata.uid }).catch(ignoreNotFound);
}

/** Upstream empties the volume with a pod; here nothing is left on it. */
async function recycle(volume: Volume, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { client, informers, recorder } = ctx;
  const pods = informers.of(Pod).byIndex(PODS_BY_CLAIM, claimKey(volume.spec.claimRef ?? {}));
  const used = pods.filter((pod) => !isPodTerminal(pod)).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  if (used.length > 0) {
    recorder.normal(volume, 'VolumeFailedRecycle', `Volume is used by pods: ${used.sort().join(',')}`);
    return { requeueAfter: RESYNC };
  }
  recorder.normal(volume, 'VolumeRecycled', 'Volume recycled');
  await setVolumePhase(await client.update(PersistentVolume, unbound(volume)), 'Available', ctx);
  return undefined;
}
