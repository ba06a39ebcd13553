import type { appsv1 } from '#api';
import type { KubeObject } from '#apimachinery';
import { desiredReplicas, fenceposts } from './fenceposts.js';

/** The number of a rollout (deployment_util.go RevisionAnnotation). */
export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
/** Maximum characters of the revision history. */
const HISTORY_LENGTH = 2000;

const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

type Annotations = Record<string, string>;

/** Whether a ReplicaSet gets this annotation of its Deployment (skipCopyAnnotation). */
export function isCopied(name: string): boolean {
  return !NOT_COPIED.has(name);
}

/** A decimal text as a 64-bit integer; undefined if it is invalid (strconv.ParseInt). */
function int64(text: string): bigint | undefined {
  if (!/^[+-]?\d{1,30}$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** The revision of a ReplicaSet; 0 if it has none, undefined if it is invalid. A number would lose digits above 2^53. */
export function revisionOf({ metadata }: KubeObject): bigint | undefined {
  const text = metadata.annotations?.[REVISION];
  return text === undefined ? 0n : int64(text);
}

/** The revision of a new rollout: one more than that of all old ones (MaxRevision). */
export function nextRevision(old: readonly appsv1.ReplicaSet[]): bigint {
  let highest = 0n;
  for (const set of old) {
    const revision = revisionOf(set) ?? 0n;
    if (revision > highest) highest = revision;
  }
  return BigInt.asIntN(64, highest + 1n);
}

function countOf(set: appsv1.ReplicaSet, name: string): number | undefined {
  const text = set.metadata.annotations?.[name];
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined;
}

/** The Deployment's replicas when the ReplicaSet was last scaled. */
export function desiredAnnotation(set: appsv1.ReplicaSet): number | undefined {
  return countOf(set, DESIRED_REPLICAS);
}

/** The Deployment's replicas plus surge when the ReplicaSet was last scaled. */
export function maxAnnotation(set: appsv1.ReplicaSet): number | undefined {
  return countOf(set, MAX_REPLICAS);
}

/** Annotations that record the size of the Deployment in a ReplicaSet (SetReplicasAnnotations). */
export function replicasAnnotations(deployment: appsv1.Deployment): Annotations {
  const desired = desiredReplicas(deployment);
  return { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(desired + fenceposts(deployment).maxSurge) };
}

/** Appends a revision to a history, dropping the oldest ones if it gets too long. */
export function appendRevision(history: string, revision: string): string {
  if (history === '') return revision;
  const revisions = history.split(',');
  let length = history.length + revision.length + 1;
  let start = 0;
  while (length > HISTORY_LENGTH && start < revisions.length) {
    length -= (revisions[start]?.length ?? 0) + 1;
    start += 1;
  }
  return length <= HISTORY_LENGTH ? [...revisions.slice(start), revision].join(',') : history;
}

/**
 * The annotations of the new ReplicaSet: the Deployment's own, the revision, and the revisions it had before (SetNewReplicaSetAnnotations).
 * Returns the same object if nothing changes.
 */
export function currentAnnotations(deployment: appsv1.Deployment, present: Annotations | undefined, revision: bigint): Annotations {
  const next: Annotations = { ...present };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) if (isCopied(name)) next[name] = value;
  const before = present?.[REVISION];
  const known = before ? int64(before) : 0n;
  if (known === undefined || known >= revision) return next;
  next[REVISION] = String(revision);
  if (before !== undefined) next[REVISION_HISTORY] = appendRevision(present?.[REVISION_HISTORY] ?? '', before);
  return next;
}
