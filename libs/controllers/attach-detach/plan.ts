import type { corev1, storagev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';

/** How long a volume of a node that is not ready is waited for to be unmounted (ReconcilerMaxWaitForUnmountDuration). */
const LONGEST_UNMOUNT = 360_000;
/** How long an attachment is waited for until it is reported as failed, and again (csi_attacher.go csiTimeout). */
const ATTACH_TIMEOUT = 120_000;

/** What a node says about a volume. */
export interface NodeView {
  ready: boolean;
  outOfService: boolean;
  /** In status.volumesInUse: it may be mounted. */
  inUse: boolean;
  /** In status.volumesAttached. */
  reported: boolean;
}

/** What is known of a volume that a driver attaches to nodes. */
export interface VolumeView {
  volume: corev1.PersistentVolume;
  /** The pods that are to use it, by their node. */
  wanted: ReadonlyMap<string, readonly corev1.Pod[]>;
  attachments: readonly storagev1.VolumeAttachment[];
  /** Undefined if there is no such node. */
  node(name: string): NodeView | undefined;
  /** When its detaching from a node was first asked for; kept until it is wanted there again. */
  detachingSince(node: string): Instant;
  now: Instant;
}

/** What is to be done about a volume on a node. */
export type AttachStep =
  | { do: 'attach'; node: string }
  /** The node no longer says that it is attached, then its attachment is deleted. */
  | { do: 'detach'; node: string; attachment: string }
  /** It is attached: its pods are told so, and its node says so from now on. */
  | { do: 'report'; node: string }
  | { do: 'fail'; node: string; message: string; once: string }
  /** It is attached to other nodes, and must not be to more than one. */
  | { do: 'refuse'; node: string; others: readonly string[] }
  | { do: 'wait'; until: Instant };

/** Whether a volume may be attached to several nodes (attachdetach/util IsMultiAttachAllowed). */
export function allowsManyNodes({ spec }: corev1.PersistentVolume): boolean {
  const modes = spec.accessModes ?? [];
  return modes.length === 0 || modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany');
}

const isGoing = ({ metadata }: storagev1.VolumeAttachment): boolean => metadata.deletionTimestamp !== undefined;

/** Whether an attachment has neither succeeded nor failed yet. */
const isPending = ({ status }: storagev1.VolumeAttachment): boolean => status?.attached !== true && status?.attachError === undefined;

function planDetach(attachment: storagev1.VolumeAttachment, view: VolumeView): AttachStep | undefined {
  const { nodeName } = attachment.spec;
  if (isGoing(attachment)) return undefined;
  const node = view.node(nodeName);
  const limit = view.detachingSince(nodeName) + LONGEST_UNMOUNT;
  const mounted = node?.inUse ?? true;
  if (mounted && !node?.outOfService && (node?.ready || view.now <= limit))
    return node?.ready ? undefined : { do: 'wait', until: limit + 1 };
  return { do: 'detach', node: nodeName, attachment: attachment.metadata.name };
}

function planAttached(attachment: storagev1.VolumeAttachment, view: VolumeView): AttachStep[] {
  const { nodeName: node, attacher } = attachment.spec;
  if (isGoing(attachment)) return [];
  const { attached, attachError } = attachment.status ?? {};
  if (attached) return view.node(node)?.reported === false ? [{ do: 'report', node }] : [];
  if (attachError) return [{ do: 'fail', node, message: attachError.message ?? '', once: attachError.time ?? '' }];
  const begun = parseTime(attachment.metadata.creationTimestamp ?? '') ?? view.now;
  const times = Math.floor((view.now - begun) / ATTACH_TIMEOUT);
  const wait: AttachStep = { do: 'wait', until: begun + (times + 1) * ATTACH_TIMEOUT };
  if (times === 0) return [wait];
  const handle = view.volume.spec.csi?.volumeHandle ?? '';
  const message = `timed out waiting for external-attacher of ${attacher} CSI driver to attach volume ${handle}`;
  return [{ do: 'fail', node, message, once: String(times) }, wait];
}

/** What follows for a volume as it is: it is detached from nodes first, then attached (attachdetach/reconciler). Pure. */
export function planAttachments(view: VolumeView): AttachStep[] {
  const { volume, wanted, attachments } = view;
  const steps: AttachStep[] = [];
  for (const attachment of attachments) {
    const step = wanted.has(attachment.spec.nodeName) ? undefined : planDetach(attachment, view);
    if (step) steps.push(step);
  }
  const byNode = new Map(attachments.map((attachment) => [attachment.spec.nodeName, attachment]));
  // While it is being attached or detached elsewhere, nothing is said.
  const others = attachments.filter((one) => !isGoing(one) && !isPending(one)).map(({ spec }) => spec.nodeName);
  const refused = others.length > 0 && !steps.some((step) => step.do === 'detach');
  let begun = false;
  for (const node of wanted.keys()) {
    const own = byNode.get(node);
    if (own) {
      steps.push(...planAttached(own, view));
      continue;
    }
    if (allowsManyNodes(volume) || (attachments.length === 0 && !begun)) {
      steps.push({ do: 'attach', node });
      begun = true;
      continue;
    }
    if (refused) steps.push({ do: 'refuse', node, others });
  }
  return steps;
}

/** Why a volume is not attached to a pod's node, in the words of the pod's event (reportMultiAttachError). Pure. */
export function multiAttachError(pod: corev1.Pod, volume: string, users: readonly corev1.Pod[]): string {
  const prefix = `Multi-Attach error for volume "${volume}"`;
  if (users.length === 0) return `${prefix} Volume is already exclusively attached to one node and can't be attached to another`;
  const local = users.filter(({ metadata }) => metadata.namespace === pod.metadata.namespace).map(({ metadata }) => metadata.name);
  const elsewhere = users.length - local.length;
  if (local.length === 0) return `${prefix} Volume is already used by ${elsewhere} pod(s) in different namespaces`;
  const rest = elsewhere > 0 ? ` and ${elsewhere} pod(s) in different namespaces` : '';
  return `${prefix} Volume is already used by pod(s) ${local.join(', ')}${rest}`;
}
