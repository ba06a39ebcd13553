import { CSIDriver, type corev1, Node, Pod, type storagev1, VolumeAttachment } from '#api';
import { attachesVolumes, usesVolumes } from '#component-helpers';
import type { ClusterContext, ComponentChange, Controller, Informers, OpenController, WorkQueue } from '#controller-runtime';
import { bringAbout } from './attaching.js';
import {
  attachmentsTo,
  indexAttachments,
  indexInline,
  inlineAttachments,
  inlineKey,
  inlineSource,
  inlineVolumes,
  podsWith,
} from './indexes.js';
import { byNode } from './pods.js';

function interests({ group, resource, object }: ComponentChange): boolean {
  if (group === '' && resource === 'pods') return usesVolumes(object() as corev1.Pod) && inlineVolumes(object() as corev1.Pod).length > 0;
  return resource === 'volumeattachments' && inlineSource(object() as storagev1.VolumeAttachment) !== undefined;
}

/** The volume of a key: as the pods have it, or, when they are gone, as an attachment has it. */
function volumeOf(informers: Informers, key: string): corev1.PersistentVolume | undefined {
  const inPods = podsWith(informers, key)[0];
  const found = inPods && inlineVolumes(inPods).find(({ spec }) => spec.csi && inlineKey(spec.csi) === key);
  if (found) return found;
  const spec = inlineAttachments(informers, key)[0]?.spec.source.inlineVolumeSpec;
  return spec && { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: key }, spec };
}

function open({ informers }: ClusterContext, queue: WorkQueue): OpenController {
  indexAttachments(informers);
  indexInline(informers);
  const enqueue = (csi: corev1.CSIPersistentVolumeSource | undefined, revision: number): void => {
    if (csi) queue.add(inlineKey(csi), revision || undefined);
  };
  informers.of(Pod).on(({ object, revision }) => {
    if (object.spec?.nodeName) for (const { spec } of inlineVolumes(object)) enqueue(spec.csi, revision);
  });
  informers.of(VolumeAttachment).on(({ object, revision }) => enqueue(inlineSource(object), revision));
  informers.of(Node).on(({ object, revision }) => {
    for (const attachment of attachmentsTo(informers, object.metadata.name)) enqueue(inlineSource(attachment), revision);
  });
  informers.of(CSIDriver);
  return {
    concurrency: 64,
    async reconcile(key, ctx) {
      const volume = volumeOf(informers, key);
      const csi = volume?.spec.csi;
      if (volume === undefined || csi === undefined) return undefined;
      const attaches = attachesVolumes(informers.of(CSIDriver).get(csi.driver));
      const wanted = attaches ? byNode(podsWith(informers, key), informers) : new Map<string, corev1.Pod[]>();
      const source = { inlineVolumeSpec: volume.spec };
      return bringAbout({ volume, csi, source, wanted, attachments: inlineAttachments(informers, key) }, ctx);
    },
  };
}

/**
 * The part of the attach-detach controller for volumes in the specs of pods whose plugins CSI drivers have replaced: their attachments say
 * what they are. Its keys are driver and handle.
 */
export const inlineAttachDetach: Controller = {
  name: 'attachdetach-inline',
  flag: 'persistentvolume-attach-detach-controller',
  eventSource: 'attachdetach-controller',
  concerns: ({ group, resource }) =>
    (group === '' && resource === 'pods') || (group === 'storage.k8s.io' && resource === 'volumeattachments'),
  interests,
  open,
};
