import { type corev1, PersistentVolume, PersistentVolumeClaim, Pod, type Resource, ResourceClaim } from '#api';
import type { KubeObject } from '#apimachinery';
import { type ApiServer, listPrefix, storageKey } from '#apiserver';
import type { CachedObject, CacheEvent } from '#cacher';
import type { Cause } from '#storage';

type Store = ApiServer['cluster']['store'];

const prefixOf = ({ group, resource }: Pick<Resource, 'group' | 'resource'>): string => listPrefix(group, resource, '');

const PODS = prefixOf(Pod);
/** What decisions change: pods get nodes, volumes get claims, claims get nodes or devices. */
const DECIDED = ([Pod, PersistentVolume, PersistentVolumeClaim, ResourceClaim] as readonly Resource[]).map(
  (resource) => [prefixOf(resource), resource] as const,
);
/** Writes after a binding among which those of earlier decisions are looked for: bindings of several pods are written at once. */
const LATE_WRITES = 1_000;

/** What a decision was made over. */
export interface PastDecision {
  /** The pod as it was then, without a node. */
  pod: corev1.Pod;
  revision: number;
  /** Other objects as decisions before this one had left them, whose writes came after that revision. */
  decided: ReadonlyArray<readonly [resource: Resource, object: KubeObject]>;
  /** Its number among the decisions of the scheduler; unset: it did not decide, or has not yet. */
  order?: number;
  /** The files that the scheduler was configured with then. `now`: it did not decide, or has not yet. */
  configured: NonNullable<NonNullable<Cause['decision']>['configured']> | 'defaults' | 'now';
}

/** The key of a pod. */
export const podKey = (namespace: string, name: string): string => storageKey({ group: '', resource: 'pods', namespace, name });

async function podAt(store: Store, key: string, at: number): Promise<corev1.Pod | undefined> {
  // The greatest text before the key, as names have no tilde.
  const after = `${key.slice(0, -1)}${String.fromCharCode(key.charCodeAt(key.length - 1) - 1)}~`;
  const prefix = key.slice(0, key.lastIndexOf('/') + 1);
  const { items } = await store.list({ prefix, after, limit: 1, at });
  const [first] = items;
  return first?.key === key ? (first.object as corev1.Pod) : undefined;
}

/** The last state of a pod without a node, and the revision before its binding; undefined if it was created with one. */
async function lastUnbound(store: Store, { key, createRevision, revision }: CachedObject) {
  let [unbound, bound] = [createRevision, revision];
  let pod = await podAt(store, key, unbound);
  if (!pod || pod.spec.nodeName) return undefined;
  while (bound - unbound > 1) {
    const middle = Math.floor((unbound + bound) / 2);
    const then = await podAt(store, key, middle);
    if (then && !then.spec.nodeName) [unbound, pod] = [middle, then];
    else bound = middle;
  }
  return { pod, revision: unbound };
}

type Made = Pick<NonNullable<Cause['decision']>, 'seen' | 'order'>;

interface Changes {
  prefix: string;
  after: number;
  to: number;
}

/** The writes that follow from decisions, after one revision up to another. Throws Compacted. */
async function decidedChanges(store: Store, { prefix, after, to }: Changes): Promise<CacheEvent[]> {
  const events: CacheEvent[] = [];
  let stop: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const reached = (revision: number): void => {
        if (revision >= to) resolve();
      };
      const event = (each: CacheEvent): void => {
        if (each.revision <= to && each.cause.decision) events.push(each);
        reached(each.revision);
      };
      const end = (error?: Error): void => reject(error ?? new Error('the log has ended'));
      store.watch(prefix, after, { event, progress: reached, end }).then((started) => {
        stop = started;
        reached(store.known);
      }, reject);
    });
  } finally {
    stop?.();
  }
  return events;
}

/** Whether a decision came before another one. Their numbers begin anew when the scheduler is started anew: it has seen more then. */
const isBefore = (one: Made, other: Made): boolean => one.order < other.order && one.seen <= other.seen;

/** Objects as decisions before one had left them; pods that it saw with a node are left out: they were evicted for others. */
async function decidedBefore(store: Store, than: Made, to: number): Promise<PastDecision['decided']> {
  const last = new Map<string, readonly [Resource, KubeObject]>();
  for (const { type, current, previous, cause } of await decidedChanges(store, { prefix: '/registry/', after: than.seen, to })) {
    const [, resource] = DECIDED.find(([prefix]) => current.key.startsWith(prefix)) ?? [];
    if (resource === undefined || type !== 'put' || !cause.decision || !isBefore(cause.decision, than)) continue;
    const hadNode = resource === Pod && Boolean((previous?.object as corev1.Pod | undefined)?.spec.nodeName);
    if (!hadNode) last.set(current.key, [resource, current.object]);
  }
  return [...last.values()];
}

/** The decision that has bound a pod, and the revision of that; undefined if no decision has. */
async function bindingOf(store: Store, row: CachedObject) {
  const before = await lastUnbound(store, row);
  if (!before) return undefined;
  const bound = before.revision + 1;
  const [binding] = await decidedChanges(store, { prefix: PODS, after: before.revision, to: bound });
  return { before, bound, decision: binding?.cause.decision };
}

/** A pod that had got its node before a decision and waited to be bound, with that node; undefined if it had none yet. */
export async function waitingPod(store: Store, pod: corev1.Pod, than: Made): Promise<corev1.Pod | undefined> {
  const row = await store.get(podKey(pod.metadata.namespace ?? '', pod.metadata.name));
  const { metadata, spec } = (row?.object ?? pod) as corev1.Pod;
  if (!row || metadata.uid !== pod.metadata.uid || !spec.nodeName) return undefined;
  const { decision } = (await bindingOf(store, row)) ?? {};
  return decision && isBefore(decision, than) ? { ...pod, spec: { ...pod.spec, nodeName: spec.nodeName } } : undefined;
}

/** The decision that has given a pod its node; undefined if it was created with one. Throws Compacted if the log no longer holds it. */
export async function pastDecision(store: Store, row: CachedObject): Promise<PastDecision | undefined> {
  const binding = await bindingOf(store, row);
  if (!binding) return undefined;
  const { before, bound, decision } = binding;
  const pod = decision && (await podAt(store, row.key, decision.seen));
  if (!decision || !pod) return { ...before, decided: [], configured: 'now' };
  const to = Math.min(bound + LATE_WRITES, await store.revision());
  const { seen, order, configured = 'defaults' } = decision;
  return { pod, revision: seen, decided: await decidedBefore(store, decision, to), order, configured };
}
