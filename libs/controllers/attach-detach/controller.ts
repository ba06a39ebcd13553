import { CSIDriver, type corev1, Node, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '#api';
import { keyOf, type ObjectKey } from '#apimachinery';
import { asCSI, attachesVolumes, podClaimNames, usesClaims } from '#component-helpers';
import { type Change, defineController, type Informers, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { claimKey, indexPodsByClaim, PODS_BY_CLAIM } from '../persistent-volume/indexes.js';
import { bringAbout, forgetVolume } from './attaching.js';
import { attachmentsOf, attachmentsTo, indexAttachments, indexVolumesByDriver, volumesOfDriver } from './indexes.js';
import { byNode, isTerminated } from './pods.js';

type Volume = corev1.PersistentVolume;

const toKey = (name: string | undefined): ObjectKey[] => (name === undefined || name === '' ? [] : [{ name }]);

/** The volumes of a pod that was bound to a node, ends or is gone. */
function volumesOfPod({ object: pod, old, deleted }: Change<corev1.Pod>, informers: Informers): ObjectKey[] {
  if (!pod.spec?.nodeName || !usesClaims(pod)) return [];
  const isNews = deleted || old?.spec?.nodeName !== pod.spec.nodeName || pod.metadata.deletionTimestamp !== undefined || isTerminated(pod);
  if (!isNews) return [];
  const claims = informers.of(PersistentVolumeClaim);
  return podClaimNames(pod).flatMap((name) => toKey(claims.get(name, pod.metadata.namespace)?.spec.volumeName));
}

/**
 * Attaches the volumes of CSI drivers, and those of the tree whose plugins drivers have replaced, to the nodes of the pods that use them,
 * and detaches them (pkg/controller/volume/attachdetach). Upstream keeps two states of the world and compares them every 100 ms; here a
 * volume is looked at when something of it changes.
 */
export const attachDetach = defineController({
  name: 'attachdetach-controller',
  flag: 'persistentvolume-attach-detach-controller',
  for: PersistentVolume,
  filter: ({ object, deleted }) => !deleted && asCSI(object).spec.csi !== undefined,
  watches: [
    watching(Pod, volumesOfPod),
    watching(PersistentVolumeClaim, ({ object: { spec, status }, deleted }) =>
      !deleted && status?.phase === 'Bound' ? toKey(spec.volumeName) : [],
    ),
    watching(VolumeAttachment, ({ object: { spec } }) => toKey(spec.source.persistentVolumeName)),
    watching(Node, ({ object: { metadata } }, informers) =>
      attachmentsTo(informers, metadata.name).flatMap(({ spec }) => toKey(spec.source.persistentVolumeName)),
    ),
    watching(CSIDriver, ({ object: { metadata } }, informers) => volumesOfDriver(informers, metadata.name).map(keyOf)),
  ],
  interests({ resource, object }) {
    if (resource === 'pods') return Boolean((object() as corev1.Pod).spec?.nodeName) && usesClaims(object() as corev1.Pod);
    return resource !== 'persistentvolumes' || asCSI(object() as Volume).spec.csi !== undefined;
  },
  index(informers) {
    indexPodsByClaim(informers);
    indexAttachments(informers);
    indexVolumesByDriver(informers);
  },
  reconcile: attachVolume,
  gone: ({ name }, ctx) => forgetVolume(name, attachmentsOf(ctx.informers, name), ctx),
});

/** The pods that are to use a volume, by node, in the order of their names. */
function wantedBy({ metadata, spec }: Volume, driver: string, informers: Informers): Map<string, corev1.Pod[]> {
  const { claimRef } = spec;
  if (!claimRef?.name || !attachesVolumes(informers.of(CSIDriver).get(driver))) return new Map();
  const claim = informers.of(PersistentVolumeClaim).get(claimRef.name, claimRef.namespace);
  if (claim?.status?.phase !== 'Bound' || claim.spec.volumeName !== metadata.name) return new Map();
  return byNode(informers.of(Pod).byIndex(PODS_BY_CLAIM, claimKey(claimRef)), informers);
}

async function attachVolume(found: Volume, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const volume = asCSI(found);
  const { csi } = volume.spec;
  if (csi === undefined) return undefined;
  const { name } = volume.metadata;
  const wanted = wantedBy(volume, csi.driver, ctx.informers);
  return bringAbout({ volume, csi, source: { persistentVolumeName: name }, wanted, attachments: attachmentsOf(ctx.informers, name) }, ctx);
}
