import { createHash } from 'node:crypto';
import { CSIDriver, type corev1, Node, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '#api';
import { type Instant, isAlreadyExists, isNotFound, keyOf, type ObjectKey } from '#apimachinery';
import { perCluster } from '#client';
import { attachesVolumes, conditionOf, isTerminalPhase, podClaimNames, uniqueVolumeName, usesClaims } from '#component-helpers';
import { type Change, defineController, type Informers, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { claimKey, indexPodsByClaim, PODS_BY_CLAIM } from '../persistent-volume/indexes.js';
import { attachmentsOf, attachmentsTo, indexAttachments, indexVolumesByDriver, volumesOfDriver } from './indexes.js';
import { type AttachStep, multiAttachError, type NodeView, planAttachments } from './plan.js';

type Volume = corev1.PersistentVolume;

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** Whether a pod's containers have ended for good (volume/util IsPodTerminated). */
function isTerminated({ metadata, status }: corev1.Pod): boolean {
  if (isTerminalPhase(status?.phase)) return true;
  const containers = [status?.initContainerStatuses, status?.containerStatuses, status?.ephemeralContainerStatuses].flatMap(
    (one) => one ?? [],
  );
  return metadata.deletionTimestamp !== undefined && containers.every(({ state }) => state?.terminated ?? state?.waiting);
}

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
 * Attaches the volumes of CSI drivers to the nodes of the pods that use them, and detaches them (pkg/controller/volume/attachdetach). Upstream
 * keeps two states of the world and compares them every 100 ms; here a volume is looked at when something of it changes.
 */
export const attachDetach = defineController({
  name: 'attachdetach-controller',
  flag: 'persistentvolume-attach-detach-controller',
  for: PersistentVolume,
  filter: ({ object, deleted }) => !deleted && object.spec.csi !== undefined,
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
    return resource !== 'persistentvolumes' || (object() as Volume).spec.csi !== undefined;
  },
  index(informers) {
    indexPodsByClaim(informers);
    indexAttachments(informers);
    indexVolumesByDriver(informers);
  },
  reconcile: attachVolume,
  gone: forgetVolume,
});

/** What the controller remembers about a volume, by node, as upstream's does until it is restarted. */
interface Remembered {
  /** When its detaching was first asked for. */
  readonly detaching: Map<string, Instant>;
  /** What was said last about it. */
  readonly said: Map<string, string>;
}

/** By cluster and name of the volume. */
const remembered = perCluster(() => new Map<string, Remembered>());

function memoryOf(informers: Informers, volume: string): Remembered {
  const ofCluster = remembered(informers);
  const known = ofCluster.get(volume) ?? { detaching: new Map(), said: new Map() };
  ofCluster.set(volume, known);
  return known;
}

function nodeView(node: corev1.Node | undefined, uniqueName: string): NodeView | undefined {
  if (node === undefined) return undefined;
  const { spec, status } = node;
  return {
    ready: conditionOf(status?.conditions, 'Ready')?.status === 'True',
    outOfService: (spec?.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE),
    inUse: status?.volumesInUse?.includes(uniqueName) === true,
    reported: status?.volumesAttached?.some(({ name }) => name === uniqueName) === true,
  };
}

/** The pods that are to use a volume, by node, in the order of their names. */
function wantedBy(volume: Volume, informers: Informers): Map<string, corev1.Pod[]> {
  const wanted = new Map<string, corev1.Pod[]>();
  const { claimRef, csi } = volume.spec;
  if (!claimRef?.name || !attachesVolumes(informers.of(CSIDriver).get(csi?.driver ?? ''))) return wanted;
  const claim = informers.of(PersistentVolumeClaim).get(claimRef.name, claimRef.namespace);
  if (claim?.status?.phase !== 'Bound' || claim.spec.volumeName !== volume.metadata.name) return wanted;
  const pods = informers.of(Pod).byIndex(PODS_BY_CLAIM, claimKey(claimRef));
  for (const pod of [...pods].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
    const { nodeName } = pod.spec;
    if (nodeName && !isTerminated(pod) && informers.of(Node).get(nodeName)) wanted.set(nodeName, [...(wanted.get(nodeName) ?? []), pod]);
  }
  return wanted;
}

async function attachVolume(volume: Volume, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { informers, clock } = ctx;
  const { csi } = volume.spec;
  if (csi === undefined) return undefined;
  const uniqueName = uniqueVolumeName(csi);
  const attachments = attachmentsOf(informers, volume.metadata.name).filter(
    ({ metadata, spec: { nodeName } }) => metadata.name === attachmentName(csi, nodeName),
  );
  const wanted = wantedBy(volume, informers);
  if (attachments.length === 0 && wanted.size === 0) return undefined;
  const { detaching } = memoryOf(informers, volume.metadata.name);
  for (const node of wanted.keys()) detaching.delete(node);
  const steps = planAttachments({
    volume,
    wanted,
    attachments,
    node: (name) => nodeView(informers.of(Node).get(name), uniqueName),
    detachingSince(node) {
      const since = detaching.get(node) ?? clock.now();
      detaching.set(node, since);
      return since;
    },
    now: clock.now(),
  });
  for (const step of steps) await take(step, { volume, uniqueName, wanted }, ctx);
  const until = steps.flatMap((step) => (step.do === 'wait' ? step.until : []));
  return until.length > 0 ? { requeueAfter: Math.min(...until) - clock.now() } : undefined;
}

interface Attaching {
  volume: Volume;
  uniqueName: string;
  wanted: ReadonlyMap<string, readonly corev1.Pod[]>;
}

async function take(step: AttachStep, { volume, uniqueName, wanted }: Attaching, ctx: ReconcileContext): Promise<void> {
  const { recorder, informers } = ctx;
  const { name } = volume.metadata;
  if (step.do === 'wait') return;
  const pods = wanted.get(step.node) ?? [];
  const { said, detaching } = memoryOf(informers, name);
  switch (step.do) {
    case 'attach':
      said.delete(step.node);
      return createAttachment(volume, step.node, ctx);
    case 'detach':
      await reportAttached({ node: step.node, uniqueName, attached: false }, ctx);
      said.delete(step.node);
      detaching.delete(step.node);
      return removeAttachment(step.attachment, ctx);
    case 'report':
      await reportAttached({ node: step.node, uniqueName, attached: true }, ctx);
      said.delete(step.node);
      for (const pod of pods) recorder.normal(pod, 'SuccessfulAttachVolume', `AttachVolume.Attach succeeded for volume "${name}" `);
      return;
    case 'fail':
      if (said.get(step.node) === step.once) return;
      said.set(step.node, step.once);
      for (const pod of pods)
        recorder.warning(pod, 'FailedAttachVolume', `AttachVolume.Attach failed for volume "${name}" : ${step.message}`);
      return;
    case 'refuse': {
      if (said.get(step.node) === 'refused') return;
      said.set(step.node, 'refused');
      const users = step.others.flatMap((node) => wanted.get(node) ?? []);
      for (const pod of pods) recorder.warning(pod, 'FailedAttachVolume', multiAttachError(pod, name, users));
    }
  }
}

const OWN_NAME = /^csi-[0-9a-f]{64}$/;

/** The name of a volume's attachment to a node (csi_attacher.go getAttachmentName). */
function attachmentName({ driver, volumeHandle }: corev1.CSIPersistentVolumeSource, node: string): string {
  return `csi-${createHash('sha256').update(`${volumeHandle}${driver}${node}`).digest('hex')}`;
}

/** A volume is gone: what was attached is detached, as far as that is known; attachments that others have made are left alone. */
async function forgetVolume({ name }: ObjectKey, ctx: ReconcileContext): Promise<void> {
  if (!remembered(ctx.informers).delete(name)) return;
  for (const { metadata } of attachmentsOf(ctx.informers, name))
    if (OWN_NAME.test(metadata.name)) await removeAttachment(metadata.name, ctx);
}

async function createAttachment({ metadata, spec }: Volume, nodeName: string, { client }: ReconcileContext): Promise<void> {
  const { csi } = spec;
  if (csi === undefined) return;
  const attachment = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: attachmentName(csi, nodeName) },
    spec: { attacher: csi.driver, nodeName, source: { persistentVolumeName: metadata.name } },
  };
  await client.create(VolumeAttachment, attachment).catch((error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
  });
}

async function removeAttachment(name: string, { client }: ReconcileContext): Promise<void> {
  await client.delete(VolumeAttachment, name).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

/** The last write about the volumes of a node: they are made one after the other, or those of many volumes would conflict. */
const writes = perCluster(() => new Map<string, Promise<void>>());

/** Whether a node is to say that a volume is attached to it. */
interface Report {
  node: string;
  uniqueName: string;
  attached: boolean;
}

/** Puts a volume into the status of a node, or takes it out. Throws a conflict if the node was changed meanwhile. */
function reportAttached(report: Report, ctx: ReconcileContext): Promise<void> {
  const ofCluster = writes(ctx.informers);
  const before = ofCluster.get(report.node) ?? Promise.resolve();
  const write = before.catch(() => undefined).then(() => writeAttached(report, ctx));
  ofCluster.set(report.node, write);
  return write.finally(() => {
    if (ofCluster.get(report.node) === write) ofCluster.delete(report.node);
  });
}

async function writeAttached({ node: name, uniqueName, attached }: Report, { client, informers }: ReconcileContext): Promise<void> {
  const node = informers.of(Node).get(name);
  const reported = node?.status?.volumesAttached ?? [];
  if (node === undefined || reported.some((one) => one.name === uniqueName) === attached) return;
  const others = reported.filter((one) => one.name !== uniqueName);
  const volumesAttached = attached ? [...others, { name: uniqueName, devicePath: '' }] : others;
  const { resourceVersion } = node.metadata;
  const patch = { metadata: { resourceVersion }, status: { volumesAttached: volumesAttached.length > 0 ? volumesAttached : null } };
  await client.patch(Node, name, undefined, 'merge', patch, { subresource: 'status' });
}
