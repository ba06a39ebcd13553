import type { corev1 } from '#api';
import {
  LabelSelector,
  memoized,
  newRequirement,
  type Requirement,
  SelectorError,
  type SelectorOperator,
  selectorFromSet,
} from '#apimachinery';

/** Node selectors and node affinity (component-helpers/scheduling/corev1/nodeaffinity). */

/** What selectors are matched against: a node's name and labels. */
export type NodeIdentity = Pick<corev1.Node, 'metadata'>;

/** Whether a node matches. */
export type NodeMatcher = (node: NodeIdentity) => boolean;

const OPERATORS: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
};

const nothing: NodeMatcher = () => false;

function requirementOf({ key, operator, values = [] }: corev1.NodeSelectorRequirement): Requirement {
  const known = OPERATORS[operator];
  if (known === undefined) throw new SelectorError(`"${operator}" is not a valid node selector operator`);
  return newRequirement(key, known, values);
}

/** A field requirement; undefined if it is invalid: fields are compared with a single value. */
function fieldMatcher({ key, operator, values = [] }: corev1.NodeSelectorRequirement): NodeMatcher | undefined {
  const [value] = values;
  if (values.length !== 1 || (operator !== 'In' && operator !== 'NotIn')) return undefined;
  return ({ metadata }) => ((key === 'metadata.name' ? metadata.name : '') === value) === (operator === 'In');
}

function termMatcher({ matchExpressions = [], matchFields = [] }: corev1.NodeSelectorTerm): NodeMatcher {
  if (matchExpressions.length === 0 && matchFields.length === 0) return nothing;
  const fields = matchFields.map(fieldMatcher);
  try {
    const labels = LabelSelector.of(matchExpressions.map(requirementOf));
    return fields.includes(undefined)
      ? nothing
      : (node) => labels.matches(node.metadata.labels) && fields.every((matches) => matches?.(node) === true);
  } catch (error) {
    // A term that cannot be parsed matches no node; the other terms are still used.
    if (error instanceof SelectorError) return nothing;
    throw error;
  }
}

const parsedTerm = memoized(termMatcher);

/** Whether a node matches any term of a selector. An empty term matches no node. */
export const nodeSelectorMatcher = memoized(({ nodeSelectorTerms }: corev1.NodeSelector): NodeMatcher => {
  const terms = nodeSelectorTerms.map(parsedTerm);
  return (node) => terms.some((matches) => matches(node));
});

/** Whether a node matches what the pod requires: nodeSelector and required node affinity (GetRequiredNodeAffinity). */
export const requiredNodeAffinity = memoized(({ nodeSelector, affinity }: corev1.PodSpec): NodeMatcher => {
  const labels = nodeSelector && Object.keys(nodeSelector).length > 0 ? selectorFromSet(nodeSelector) : undefined;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const matches = required && nodeSelectorMatcher(required);
  return (node) => (!labels || labels.matches(node.metadata.labels)) && (!matches || matches(node));
});

/** The sum of the weights of the preferred terms that a node matches (PreferredSchedulingTerms.Score). */
export function preferredNodeScore(terms: readonly corev1.PreferredSchedulingTerm[], node: NodeIdentity): number {
  return terms.reduce((sum, { weight, preference }) => (weight !== 0 && parsedTerm(preference)(node) ? sum + weight : sum), 0);
}
