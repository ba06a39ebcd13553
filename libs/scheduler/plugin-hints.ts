import { type corev1, Node, Pod } from '#api';
import { isPodTerminal } from '#component-helpers';
import { type Hint, type HintedChange, type HintRules, hint } from './hints.js';
import { mayBeResized } from './pod-amounts.js';

type PodEvent = HintedChange<corev1.Pod>;
type NodeEvent = HintedChange<corev1.Node>;

const differ = (a: unknown, b: unknown): boolean => a !== b && JSON.stringify(a) !== JSON.stringify(b);

/** A pod has left its node: deleted or ended. */
export const podLeaves = ({ object, old, deleted }: PodEvent): boolean => {
  if (deleted) return Boolean(object.spec.nodeName);
  return Boolean(old?.spec.nodeName) && isPodTerminal(object) && !(old && isPodTerminal(old));
};

/** A pod has got its node. */
export const podArrives = ({ object, old, deleted }: PodEvent): boolean => !deleted && Boolean(object.spec.nodeName) && !old?.spec.nodeName;

/** The labels of a pod on a node have changed. */
export const podRelabelled = ({ object, old }: PodEvent): boolean =>
  Boolean(object.spec.nodeName && old) && differ(object.metadata.labels, old?.metadata.labels);

/** A pod on a node may request less than before: its spec has changed, or its status after a resize. */
export const podResized = ({ object, old, deleted }: PodEvent): boolean => {
  if (deleted || !object.spec.nodeName || !old?.spec.nodeName) return false;
  return object.metadata.generation !== old.metadata.generation || (mayBeResized(object) && object.status !== old.status);
};

/** A node is new. */
export const nodeAdded = ({ old, deleted }: NodeEvent): boolean => !old && !deleted;

export const nodeRelabelled = ({ object, old }: NodeEvent): boolean =>
  old !== undefined && differ(object.metadata.labels, old.metadata.labels);

/** Taints, and whether it is cordoned. */
export const nodeTaintsChanged = ({ object, old }: NodeEvent): boolean =>
  old !== undefined && (differ(object.spec.taints, old.spec.taints) || object.spec.unschedulable !== old.spec.unschedulable);

export const allocatableChanged = ({ object, old }: NodeEvent): boolean =>
  old !== undefined && differ(object.status?.allocatable, old.status?.allocatable);

const anyOf =
  <E>(events: ReadonlyArray<(event: E) => boolean>) =>
  (event: E): boolean =>
    events.some((is) => is(event));

/** A hint for events of pods on nodes. */
export const onPods = (events: ReadonlyArray<(event: PodEvent) => boolean>, may?: HintRules<corev1.Pod>['may']): Hint =>
  hint(Pod, { when: anyOf(events), ...(may && { may }) });

/** A hint for events of nodes. */
export const onNodes = (events: ReadonlyArray<(event: NodeEvent) => boolean>, may?: HintRules<corev1.Node>['may']): Hint =>
  hint(Node, { when: anyOf(events), ...(may && { may }) });
