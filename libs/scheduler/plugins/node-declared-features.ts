import { type corev1, Pod } from '#api';
import { type Plugin, unresolvable } from '../framework.js';
import { type HintedChange, hint } from '../hints.js';
import { nodeAdded, onNodes } from '../plugin-hints.js';

const UNSATISFIED = "node(s) didn't match Pod's required features";

const restartsAll = ({ restartPolicyRules }: corev1.Container): boolean =>
  restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers') ?? false;

/** The features that a node needs for a pod, by name (component-helpers/nodedeclaredfeatures InferForPodScheduling). */
function required({ initContainers = [], containers, hostNetwork, hostUsers }: corev1.PodSpec): string[] {
  const features: string[] = [];
  if (containers.some(restartsAll) || initContainers.some(restartsAll)) features.push('RestartAllContainersOnContainerExits');
  if (hostNetwork && hostUsers === false) features.push('UserNamespacesHostNetworkSupport');
  return features;
}

const listed = ({ status }: corev1.Node): string => JSON.stringify(status?.declaredFeatures ?? []);

/** Whether an update of the pod itself changes what it needs. */
const needsOther = (pod: corev1.Pod, { object, old }: HintedChange<corev1.Pod>): boolean =>
  object.metadata.uid === pod.metadata.uid && required(object.spec).join() !== required(old?.spec ?? object.spec).join();

/** Only nodes whose kubelets declare the features that a pod needs. */
export const nodeDeclaredFeatures: Plugin = {
  name: 'NodeDeclaredFeatures',
  hints: [onNodes([nodeAdded, ({ object, old }) => old !== undefined && listed(object) !== listed(old)]), hint(Pod, { may: needsOther })],
  preFilter: ({ spec }) => (required(spec).length === 0 ? { skip: true } : undefined),
  filter({ spec }, { node }) {
    const declared = new Set(node.status?.declaredFeatures);
    return required(spec).every((feature) => declared.has(feature)) ? undefined : unresolvable(UNSATISFIED);
  },
};
