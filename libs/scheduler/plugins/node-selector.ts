import type { corev1 } from '#api';
import type { NodeInfo } from '../node-info.js';

const isInteger = (text: string): boolean => /^[+-]?\d+$/.test(text);

/** Whether a value satisfies one requirement of a node selector (component-helpers nodeaffinity). */
function satisfies(value: string | undefined, { operator, values = [] }: corev1.NodeSelectorRequirement): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const [bound = ''] = values;
      if (value === undefined || !isInteger(value) || !isInteger(bound)) return false;
      return operator === 'Gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
    default:
      return false;
  }
}

/** Whether a node is what a term asks for; an empty term matches nothing. */
export function matchesTerm({ name, labels }: NodeInfo, { matchExpressions = [], matchFields = [] }: corev1.NodeSelectorTerm): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return (
    matchExpressions.every((requirement) => satisfies(labels[requirement.key], requirement)) &&
    matchFields.every((requirement) => requirement.key === 'metadata.name' && satisfies(name, requirement))
  );
}

/** Whether any term of the selector matches the node. */
export const matchesSelector = (node: NodeInfo, selector: corev1.NodeSelector): boolean =>
  selector.nodeSelectorTerms.some((term) => matchesTerm(node, term));

/** Whether a node has the pod's nodeSelector and required node affinity (GetRequiredNodeAffinity). */
export function matchesPod(node: NodeInfo, { spec }: corev1.Pod): boolean {
  const { labels } = node;
  for (const key in spec.nodeSelector) if (labels[key] !== spec.nodeSelector[key]) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesSelector(node, required);
}
