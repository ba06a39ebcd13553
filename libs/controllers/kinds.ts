import { type Resource, scheme } from '#api';

/** Kinds that are answered, not stored. */
const ANSWERED = new Set([
  'Binding',
  'ComponentStatus',
  'TokenReview',
  'SelfSubjectReview',
  'SelfSubjectAccessReview',
  'SelfSubjectRulesReview',
  'SubjectAccessReview',
  'LocalSubjectAccessReview',
]);

/** Second versions of kinds that are stored once. */
const OTHER_VERSIONS = new Set(['events.k8s.io/v1', 'autoscaling/v1']);

/** Every stored kind, once, in a fixed order. */
const storedKinds: readonly Resource[] = scheme
  .resources()
  .filter(({ kind, group, version }) => !ANSWERED.has(kind) && !OTHER_VERSIONS.has(`${group}/${version}`));

/**
 * The kinds the garbage collector and the namespace controller look at. Events are left out: they own nothing, nothing owns them,
 * and there are many (garbagecollector.go DefaultIgnoredResources).
 */
export const trackedKinds: readonly Resource[] = storedKinds.filter(({ kind }) => kind !== 'Event');

const byGroupKind = new Map(storedKinds.map((resource) => [`${resource.group}/${resource.kind}`, resource]));

/** The resource an owner reference or other object reference names; undefined for a kind that is not served. */
export function resourceOf({ apiVersion, kind }: { apiVersion: string; kind: string }): Resource | undefined {
  const slash = apiVersion.indexOf('/');
  return byGroupKind.get(`${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`);
}
