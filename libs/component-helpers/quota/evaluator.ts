import type { corev1, resourcev1 } from '#api';
import type { Instant, KubeObject } from '#apimachinery';
import type { ResourceList } from '../pod-requests.js';

/** One condition on objects, of a quota's scopes or of its scopeSelector. */
export type ScopeRequirement = corev1.ScopedResourceSelectorRequirement;

/** What usage depends on besides the object itself. */
export interface QuotaSurroundings {
  now: Instant;
  /** For the extended resources that ResourceClaims stand for. */
  deviceClasses: readonly resourcev1.DeviceClass[];
  /** The pod for whose extended resources a claim was made, and the claims made for it. */
  claimedFor?(claim: resourcev1.ResourceClaim): { pod: corev1.Pod; claims: readonly resourcev1.ResourceClaim[] } | undefined;
}

/** How a quota measures one kind of object (apiserver/pkg/quota/v1/interfaces.go Evaluator). Pure. */
export interface QuotaEvaluator<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly resource: string;
  /** Those of a quota's resources that this kind uses. */
  matching(names: readonly string[], around: QuotaSurroundings): string[];
  /** Whether an object has a scope; unset: it has none. */
  inScope?(requirement: ScopeRequirement, object: T): boolean;
  /** What an object does not say although a quota limits it; undefined if there is nothing. */
  complaint?(limited: readonly string[], object: T): string | undefined;
  usage(object: T, around: QuotaSurroundings): ResourceList;
}

const known = new WeakMap<corev1.ResourceQuota, readonly ScopeRequirement[]>();

/** The conditions of a quota: its scopes, then its scopeSelector. */
export function scopeRequirements(quota: corev1.ResourceQuota): readonly ScopeRequirement[] {
  const found = known.get(quota) ?? requirementsOf(quota);
  known.set(quota, found);
  return found;
}

function requirementsOf({ spec }: corev1.ResourceQuota): ScopeRequirement[] {
  const scopes = (spec?.scopes ?? []).map((scopeName): ScopeRequirement => ({ scopeName, operator: 'Exists' }));
  return [...scopes, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}

/** Whether an object has all scopes of a quota. */
export function hasScopes(evaluator: QuotaEvaluator, quota: corev1.ResourceQuota, object: KubeObject): boolean {
  return scopeRequirements(quota).every((requirement) => evaluator.inScope?.(requirement, object) ?? false);
}

const valueSets = new WeakMap<readonly string[], ReadonlySet<string>>();

function isAmong(values: readonly string[] | undefined, value: string): boolean {
  if (values === undefined) return false;
  const set = valueSets.get(values) ?? new Set(values);
  valueSets.set(values, set);
  return set.has(value);
}

/** Whether a value satisfies a requirement; undefined: there is none (ScopedResourceSelectorRequirementsAsSelector). */
export function satisfiesOperator({ operator, values }: ScopeRequirement, value: string | undefined): boolean {
  if (operator === 'In') return value !== undefined && isAmong(values, value);
  if (operator === 'NotIn') return value === undefined || !isAmong(values, value);
  return (operator === 'Exists') === (value !== undefined);
}

/** The resource that counts objects of a kind: `count/deployments.apps`. */
export const objectCountName = (group: string, resource: string): string =>
  group === '' ? `count/${resource}` : `count/${resource}.${group}`;

/** Those of the names that are in the set, each once and sorted (quota.Intersection). */
export const namesIn = (names: readonly string[], known: ReadonlySet<string>): string[] =>
  [...new Set(names)].filter((name) => known.has(name)).sort();
