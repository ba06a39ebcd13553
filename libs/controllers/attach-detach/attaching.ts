import { createHash } from 'node:crypto';
import { type corev1, Node, type storagev1, VolumeAttachment } from '#api';
import { type Instant, ignoreAlreadyExists, ignoreNotFound } from '#apimachinery';
import { perCluster } from '#client';
import { conditionOf, uniqueVolumeName } from '#component-helpers';
import type { Informers, ReconcileContext, Reconciled } from '#controller-runtime';
import { reportAttached } from './node-status.js';
import { type AttachStep, multiAttachError, type NodeView, planAttachments } from './plan.js';

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** A volume that a CSI driver attaches to nodes. */
export interface Attachable {
  /** As its driver gets it. */
  volume: corev1.PersistentVolume;
  csi: corev1.CSIPersistentVolumeSource;
  /** How its attachments refer to it. */
  source: storagev1.VolumeAttachmentSource;
  /** The pods that are to use it, by node. */
  wanted: ReadonlyMap<string, readonly corev1.Pod[]>;
  /** All attachments that refer to it. */
  attachments: readonly storagev1.VolumeAttachment[];
}

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

/** The name of a volume's attachment to a node (csi_attacher.go getAttachmentName). */
function attachmentName({ driver, volumeHandle }: corev1.CSIPersistentVolumeSource, node: string): string {
  return `csi-${createHash('sha256').update(`${volumeHandle}${driver}${node}`).digest('hex')}`;
}

/** Attaches a volume to the nodes of the pods that are to use it, and detaches it from others. */
export async function bringAbout(one: Attachable, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { volume, csi, wanted } = one;
  const { informers, clock } = ctx;
  const uniqueName = uniqueVolumeName(csi);
  const attachments = one.attachments.filter(({ metadata, spec: { nodeName } }) => metadata.name === attachmentName(csi, nodeName));
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
  for (const step of steps) await take(step, { ...one, uniqueName }, ctx);
  const until = steps.flatMap((step) => (step.do === 'wait' ? step.until : []));
  return until.length > 0 ? { requeueAfter: Math.min(...until) - clock.now() } : undefined;
}

interface Attaching extends Attachable {
  uniqueName: string;
}

async function take(step: AttachStep, attaching: Attaching, ctx: ReconcileContext): Promise<void> {
  const { recorder, informers } = ctx;
  const { volume, uniqueName, wanted } = attaching;
  const { name } = volume.metadata;
  if (step.do === 'wait') return;
  const pods = wanted.get(step.node) ?? [];
  const { said, detaching } = memoryOf(informers, name);
  switch (step.do) {
    case 'attach':
      said.delete(step.node);
      return createAttachment(attaching, step.node, ctx);
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

/** A volume is gone: what was attached is detached, as far as that is known; attachments that others have made are left alone. */
export async function forgetVolume(name: string, attachments: readonly storagev1.VolumeAttachment[], ctx: ReconcileContext): Promise<void> {
  if (!remembered(ctx.informers).delete(name)) return;
  for (const { metadata } of attachments) if (OWN_NAME.test(metadata.name)) await removeAttachment(metadata.name, ctx);
}

async function createAttachment({ csi, source }: Attachable, nodeName: string, { client }: ReconcileContext): Promise<void> {
  const attachment = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: attachmentName(csi, nodeName) },
    spec: { attacher: csi.driver, nodeName, source },
  };
  await client.create(VolumeAttachment, attachment).catch(ignoreAlreadyExists);
}

async function removeAttachment(name: string, { client }: ReconcileContext): Promise<void> {
  await client.delete(VolumeAttachment, name).catch(ignoreNotFound);
}
