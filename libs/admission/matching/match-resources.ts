import type { admissionregistrationv1 } from '#api';
import { type LabelSelector, labelSelectorAsSelector } from '#apimachinery';
import type { AdmissionRequest } from './admission-request.js';
import type { Matched } from './matched.js';
import { ruleMatches } from './rules.js';

type MatchResources = admissionregistrationv1.MatchResources;
type NamedRule = admissionregistrationv1.NamedRuleWithOperations;

/** The requests that a policy or a binding applies to. */
export interface Constraints {
  rules: readonly NamedRule[];
  excluded: readonly NamedRule[];
  exact: boolean;
  namespaceSelector: LabelSelector;
  objectSelector: LabelSelector;
}

/** Reads the constraints of a policy or a binding. */
export function constraintsOf(match: MatchResources): Constraints {
  return {
    rules: match.resourceRules ?? [],
    excluded: match.excludeResourceRules ?? [],
    exact: match.matchPolicy !== 'Equivalent',
    namespaceSelector: labelSelectorAsSelector(match.namespaceSelector ?? {}),
    objectSelector: labelSelectorAsSelector(match.objectSelector ?? {}),
  };
}

/** The first version in which one of the rules covers the request (policy/matching matchesResourceRules). */
function matchedBy(rules: readonly NamedRule[], exact: boolean, request: AdmissionRequest): Matched | undefined {
  const { attributes } = request;
  const isNamed = ({ resourceNames }: NamedRule) => !resourceNames?.length || resourceNames.includes(attributes.name);
  for (const rule of rules) if (ruleMatches(rule, attributes, attributes.requested) && isNamed(rule)) return request.own;
  if (exact || rules.length === 0) return undefined;
  for (const rule of rules) {
    const found = request.equivalents.find(({ resource }) => ruleMatches(rule, attributes, resource) && isNamed(rule));
    if (found) return found;
  }
  return undefined;
}

/** The version in which the constraints cover a request, wherever it is; undefined if they do not. */
export function coveredBy(constraints: Constraints, request: AdmissionRequest): Matched | undefined {
  const { rules, excluded, exact, objectSelector } = constraints;
  const matched = rules.length === 0 ? request.own : matchedBy(rules, exact, request);
  if (matched === undefined || !request.objectMatches(objectSelector)) return undefined;
  return excluded.length > 0 && matchedBy(excluded, exact, request) ? undefined : matched;
}

/**
 * The version in which the constraints cover a request; undefined if they do not (policy/matching Matcher). Throws StatusError if that cannot
 * be said.
 */
export async function matchConstraints(constraints: Constraints, request: AdmissionRequest): Promise<Matched | undefined> {
  const matched = coveredBy(constraints, request);
  return matched && (await request.namespaceMatches(constraints.namespaceSelector)) ? matched : undefined;
}
