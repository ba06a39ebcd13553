import { CSINode, type corev1, PersistentVolume, Pod, type storagev1, VolumeAttachment } from '#api';
import { formatTime, ignoreNotFound, keyOf } from '#apimachinery';
import { asCSI } from '#component-helpers';
import { defineController, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { attachmentsOf, attachmentsTo, indexAttachments } from '../attach-detach/indexes.js';
import { operation } from './operations.js';
import { concernsPrograms, indexPrograms, type RunningProgram, runningProgram, startedPrograms } from './programs.js';

type Attachment = storagev1.VolumeAttachment;

const BY_ATTACHER = 'attachments-by-attacher';
const NODE_ID = 'csi.alpha.kubernetes.io/node-id';

/** The finalizer by which an attacher keeps attachments and their volumes (external-attacher GetFinalizerName). */
function finalizerOf(driver: string): string {
  const name = driver.replace(/[^a-zA-Z0-9-]/g, '-');
  return `external-attacher/${name.endsWith('-') ? `${name}X` : name}`;
}

/** Whether something is to be done about an attachment. */
const isUnfinished = ({ metadata, status }: Attachment): boolean => metadata.deletionTimestamp !== undefined || status?.attached !== true;

/** Attaches the volumes of the CSI drivers in the cluster's pods, as csi-attacher beside a driver does (external-attacher). */
export const volumeAttacher = defineController({
  name: 'external-attacher',
  for: VolumeAttachment,
  filter: ({ object, deleted }) => !deleted && isUnfinished(object),
  reads: [PersistentVolume],
  watches: [
    watching(Pod, (change, informers) =>
      startedPrograms(change, 'attach').flatMap((name) => informers.of(VolumeAttachment).byIndex(BY_ATTACHER, name).map(keyOf)),
    ),
    watching(CSINode, ({ object }, informers) => attachmentsTo(informers, object.metadata.name).filter(isUnfinished).map(keyOf)),
  ],
  afterFaults: (informers) => informers.of(VolumeAttachment).list().filter(isUnfinished).map(keyOf),
  interests: (change) => change.resource !== 'pods' || concernsPrograms(change),
  index(informers) {
    indexPrograms(informers);
    indexAttachments(informers);
    informers.of(VolumeAttachment).addIndex(BY_ATTACHER, ({ spec }) => [spec.attacher]);
  },
  reconcile: attach,
});

async function attach(attachment: Attachment, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  if (!isUnfinished(attachment)) return undefined;
  const { attacher: name } = attachment.spec;
  const program = runningProgram({ task: 'attach', name }, ctx);
  if (program === undefined) return undefined;
  const going = attachment.metadata.deletionTimestamp !== undefined;
  // A driver that attaches nothing has a trivial attacher beside it.
  if (!program.driver?.attaches) {
    if (!going) await setStatus(attachment, { attached: true }, program);
    return undefined;
  }
  return going ? finishDetach(attachment, program, ctx) : finishAttach(attachment, program, ctx);
}

/** The id of a node as the driver has made it known there. */
function nodeIDOf({ spec }: Attachment, { informers }: ReconcileContext): { id: string } | { missing: string } {
  const found = informers.of(CSINode).get(spec.nodeName);
  if (found === undefined) return { missing: `csinode.storage.k8s.io "${spec.nodeName}" not found` };
  const driver = found.spec.drivers?.find(({ name }) => name === spec.attacher);
  return driver ? { id: driver.nodeID } : { missing: `CSINode ${spec.nodeName} does not contain driver ${spec.attacher}` };
}

/** Why the volume that an attachment names cannot be attached; one that it describes itself can. */
function volumeTrouble({ spec: { source } }: Attachment, volume: corev1.PersistentVolume | undefined): string | undefined {
  if (source.inlineVolumeSpec) return undefined;
  const name = source.persistentVolumeName ?? '';
  if (volume === undefined) return `persistentvolume "${name}" not found`;
  return volume.metadata.deletionTimestamp === undefined ? undefined : `PersistentVolume "${name}" is marked for deletion`;
}

async function finishAttach(attachment: Attachment, program: RunningProgram, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { persistentVolumeName = '' } = attachment.spec.source;
  const volume = ctx.informers.of(PersistentVolume).get(persistentVolumeName);
  const node = nodeIDOf(attachment, ctx);
  const trouble = volumeTrouble(attachment, volume);
  if (trouble !== undefined) return fail(attachment, trouble, program, ctx);
  if ('missing' in node) return fail(attachment, node.missing, program, ctx);
  const finalizer = finalizerOf(program.name);
  if (volume) await protectVolume(volume, finalizer, program);
  const { wait } = operation(`attach/${attachment.metadata.uid}`, ctx);
  const { metadata } = attachment;
  if (!metadata.finalizers?.includes(finalizer)) {
    const finalizers = [...(metadata.finalizers ?? []), finalizer];
    await program.client.patch(VolumeAttachment, metadata.name, undefined, 'merge', {
      metadata: { uid: metadata.uid, finalizers, annotations: { [NODE_ID]: node.id } },
    });
  }
  if (wait > 0) return { requeueAfter: wait };
  await setStatus(attachment, { attached: true, attachError: null }, program);
  return undefined;
}

async function protectVolume({ metadata }: corev1.PersistentVolume, finalizer: string, { client }: RunningProgram): Promise<void> {
  if (metadata.finalizers?.includes(finalizer)) return;
  const finalizers = [...(metadata.finalizers ?? []), finalizer];
  const { uid, resourceVersion } = metadata;
  await client.patch(PersistentVolume, metadata.name, undefined, 'merge', { metadata: { uid, resourceVersion, finalizers } });
}

/** The status is written when it says something new, and the attachment is tried again after a back-off. */
async function fail(attachment: Attachment, message: string, program: RunningProgram, { clock }: ReconcileContext): Promise<undefined> {
  if (attachment.status?.attachError?.message !== message)
    await setStatus(attachment, { attachError: { message, time: formatTime(clock.now()) } }, program);
  return undefined;
}

async function finishDetach(attachment: Attachment, program: RunningProgram, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { metadata } = attachment;
  const finalizer = finalizerOf(program.name);
  if (!metadata.finalizers?.includes(finalizer)) return undefined;
  const { wait } = operation(`detach/${metadata.uid}`, ctx);
  if (wait > 0) return { requeueAfter: wait };
  const finalizers = metadata.finalizers.filter((one) => one !== finalizer);
  await program.client
    .patch(VolumeAttachment, metadata.name, undefined, 'merge', { metadata: { uid: metadata.uid, finalizers } })
    .catch(ignoreNotFound);
  return undefined;
}

async function setStatus({ metadata }: Attachment, status: Record<string, unknown>, { client }: RunningProgram): Promise<void> {
  await client.patch(
    VolumeAttachment,
    metadata.name,
    undefined,
    'merge',
    { metadata: { uid: metadata.uid }, status },
    { subresource: 'status' },
  );
}

/** Lets go of volumes that are being deleted and that no attachment names any more. */
export const volumeDetachment = defineController({
  name: 'external-attacher-volumes',
  eventSource: 'external-attacher',
  for: PersistentVolume,
  filter: ({ object, deleted }) => !deleted && isHeld(object),
  watches: [
    watching(VolumeAttachment, ({ object: { spec }, deleted }) =>
      deleted && spec.source.persistentVolumeName ? [{ name: spec.source.persistentVolumeName }] : [],
    ),
    watching(Pod, (change, informers) =>
      startedPrograms(change, 'attach').length === 0 ? [] : informers.of(PersistentVolume).list().filter(isHeld).map(keyOf),
    ),
  ],
  afterFaults: (informers) => informers.of(PersistentVolume).list().filter(isHeld).map(keyOf),
  interests: (change) => change.resource !== 'pods' || concernsPrograms(change),
  index(informers) {
    indexPrograms(informers);
    indexAttachments(informers);
  },
  async reconcile(volume, ctx) {
    const name = asCSI(volume).spec.csi?.driver;
    if (name === undefined || !isHeld(volume) || attachmentsOf(ctx.informers, volume.metadata.name).length > 0) return undefined;
    const program = runningProgram({ task: 'attach', name }, ctx);
    if (program === undefined) return undefined;
    const { uid, resourceVersion, finalizers = [] } = volume.metadata;
    const left = finalizers.filter((one) => one !== finalizerOf(name));
    await program.client.patch(PersistentVolume, volume.metadata.name, undefined, 'merge', {
      metadata: { uid, resourceVersion, finalizers: left },
    });
    return undefined;
  },
});

/** Whether a volume that is being deleted is kept by an attacher. */
function isHeld(volume: corev1.PersistentVolume): boolean {
  const { metadata } = volume;
  const driver = asCSI(volume).spec.csi?.driver;
  return driver !== undefined && metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizerOf(driver)) === true;
}
