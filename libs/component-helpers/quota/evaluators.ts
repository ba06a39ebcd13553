import type { KubeObject } from '#apimachinery';
import { Memo, Quantity } from '#apimachinery';
import { namesIn, objectCountName, type QuotaEvaluator } from './evaluator.js';
import { claimQuota } from './persistent-volume-claims.js';
import { podQuota } from './pods.js';
import { resourceClaimQuota } from './resource-claims.js';
import { serviceQuota } from './services.js';

/** Kinds that can be counted by their plain name too (pkg/quota/v1/evaluator/core/registry.go legacyObjectCountAliases). */
const ALIASED: ReadonlySet<string> = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

/** Kinds that no quota counts (pkg/quota/v1/install/registry.go ignoredResources). */
const IGNORED: ReadonlySet<string> = new Set([
  '/bindings',
  '/componentstatuses',
  'authentication.k8s.io/tokenreviews',
  'authentication.k8s.io/selfsubjectreviews',
  'authorization.k8s.io/subjectaccessreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/localsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  '/events',
  'events.k8s.io/events',
]);

/** The evaluators that measure more than a number of objects. */
const SPECIAL: ReadonlyMap<string, QuotaEvaluator> = new Map(
  // An evaluator gets objects of its own kind, which the map cannot express.
  [podQuota, serviceQuota, claimQuota, resourceClaimQuota].map((evaluator) => [
    `${evaluator.group}/${evaluator.resource}`,
    evaluator as unknown as QuotaEvaluator,
  ]),
);

/** Counts objects of a kind (apiserver/pkg/quota/v1/generic/evaluator.go objectCountEvaluator). */
function counting(group: string, resource: string): QuotaEvaluator<KubeObject> {
  const names = [objectCountName(group, resource), ...(group === '' && ALIASED.has(resource) ? [resource] : [])];
  const known = new Set(names);
  const usage = new Map(names.map((name) => [name, Quantity.of(1)]));
  return { group, resource, matching: (given) => namesIn(given, known), usage: () => usage };
}

/** Evaluators that count objects, by their kinds: those of all clusters are the same. */
const counted = new Memo<QuotaEvaluator>();

/** The evaluator of a kind; undefined for kinds that no quota counts. */
export function quotaEvaluatorOf(group: string, resource: string): QuotaEvaluator | undefined {
  const name = `${group}/${resource}`;
  if (IGNORED.has(name)) return undefined;
  return SPECIAL.get(name) ?? counted.of(name, () => counting(group, resource));
}
