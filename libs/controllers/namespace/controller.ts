import { type corev1, Event, Namespace, Pod, type Resource, type ResourceInfo } from '#api';
import { ignoreNotFound, type KubeObject, parseTime } from '#apimachinery';
import { isPodTerminal } from '#component-helpers';
import { type Controller, defineController, isFenced, type ReconcileContext, type Reconciled, watchingServed } from '#controller-runtime';
import { inBatches } from '../in-batches.js';
import { isEvents, isTracked } from '../kinds.js';
import { deletionConditions, type Remaining } from './conditions.js';

const FINALIZER = 'kubernetes';
/** Seconds after which objects with finalizers are checked again (finalizerEstimateSeconds). */
const FINALIZER_ESTIMATE = 15;

/** A grace period may be any 64-bit number of seconds; the namespace is checked again after a day at the latest. */
const LONGEST_WAIT = 86_400_000;

const isContent = (resource: ResourceInfo): boolean => resource.namespaced && isTracked(resource);
const isPod = ({ group, resource }: Resource): boolean => group === Pod.group && resource === Pod.resource;

/** Deletes the content of namespaces that are being deleted, pods first, and finalizes them (pkg/controller/namespace). */
export const namespace: Controller = defineController({
  name: 'namespace-controller',
  queue: 'namespace',
  for: Namespace,
  filter: ({ object, deleted }) => !deleted && object.metadata.deletionTimestamp !== undefined,
  // Upstream checks again after a while; here the deletion of an object in a terminating namespace wakes the controller immediately.
  watches: [
    watchingServed(isContent, ({ object, deleted }, informers) => {
      if (!deleted) return [];
      const name = object.metadata.namespace ?? '';
      return informers.of(Namespace).get(name)?.metadata.deletionTimestamp === undefined ? [] : [{ name }];
    }),
  ],
  interests: ({ group, resource, object, deleted }) =>
    deleted
      ? !isEvents({ group, resource })
      : group === '' && resource === 'namespaces' && object().metadata.deletionTimestamp !== undefined,
  reconcile: emptyNamespace,
});

/** The result for one kind. */
interface Emptied {
  remaining?: Remaining;
  failure?: string;
  /** Seconds after which another check may find more deleted. */
  estimate: number;
}

async function emptyNamespace(found: corev1.Namespace, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { client, informers } = ctx;
  if (found.metadata.deletionTimestamp === undefined || (found.spec?.finalizers ?? []).length === 0) return;
  const terminating = found.status?.phase === 'Terminating';
  let object = terminating ? found : await client.updateStatus(Namespace, { ...found, status: { ...found.status, phase: 'Terminating' } });
  const pods = await emptyOf(Pod, object, ctx);
  const podsRemain = pods.remaining !== undefined;
  const contents = informers.served().filter((resource) => isContent(resource) && !isPod(resource));
  const others = podsRemain ? [] : await Promise.all([...contents, Event].map((resource) => emptyOf(resource, object, ctx)));
  const all = [pods, ...others];
  object = await tell(object, { all, podsOnly: podsRemain }, ctx);
  const failures = all.flatMap(({ failure }) => failure ?? []);
  if (failures.length > 0) throw new Error(failures.join(', '));
  const estimate = Math.max(...all.map((emptied) => emptied.estimate));
  if (estimate > 0) return { requeueAfter: Math.min(LONGEST_WAIT, (Math.floor(estimate / 2) + 1) * 1000) };
  const finalizers = object.spec?.finalizers?.filter((name) => name !== FINALIZER);
  await client.update(Namespace, { ...object, spec: { ...object.spec, finalizers } }, { subresource: 'finalize' }).catch(ignoreNotFound);
  return;
}

/** Deletes all objects of a kind in the namespace, and reports the remaining ones. */
async function emptyOf(resource: Resource, { metadata }: corev1.Namespace, ctx: ReconcileContext): Promise<Emptied> {
  const { client, clock } = ctx;
  const objects = await objectsOf(resource, metadata.name, ctx);
  if (objects.length === 0) return { estimate: 0 };
  const age = clock.now() - (parseTime(metadata.deletionTimestamp ?? '') ?? 0);
  const grace = resource === Pod ? gracePeriod(objects as readonly corev1.Pod[]) : 0;
  const estimate = age >= grace * 1000 ? 0 : grace;
  const failed = await inBatches(objects, ({ metadata: { name, uid } }) =>
    client.delete(resource, name, metadata.name, { propagationPolicy: 'Background', uid }).then(() => undefined, ignoreNotFound),
  );
  if (failed !== undefined) {
    if (isFenced(failed.reason)) throw failed.reason;
    return { failure: failed.reason instanceof Error ? failed.reason.message : String(failed.reason), estimate };
  }
  return remains(resource, { estimate, name: metadata.name, left: await objectsOf(resource, metadata.name, ctx) });
}

function remains(resource: Resource, { estimate, name, left }: { estimate: number; name: string; left: readonly KubeObject[] }): Emptied {
  if (left.length === 0) return { estimate: 0 };
  const remaining = { resource, objects: left };
  if (estimate > 0) return { remaining, estimate };
  if (left.some(({ metadata }) => (metadata.finalizers ?? []).length > 0)) return { remaining, estimate: FINALIZER_ESTIMATE };
  const { group, version } = resource;
  const gvr = `${group}/${version}, Resource=${resource.resource}`;
  return { remaining, estimate, failure: `unexpected items still remain in namespace: ${name} for gvr: ${gvr}` };
}

async function objectsOf(resource: Resource, name: string, { client, informers }: ReconcileContext): Promise<readonly KubeObject[]> {
  // There is no informer for events: there are too many to cache them for this.
  if (resource === Event) return (await client.list(Event, { namespace: name })).items;
  return informers.of(resource).list(name);
}

function gracePeriod(pods: readonly corev1.Pod[]): number {
  const graces = pods.filter((pod) => !isPodTerminal(pod)).map(({ spec }) => spec.terminationGracePeriodSeconds ?? 0);
  return graces.reduce((a, b) => Math.max(a, b), 0);
}

async function tell(
  object: corev1.Namespace,
  { all, podsOnly }: { all: readonly Emptied[]; podsOnly: boolean },
  ctx: ReconcileContext,
): Promise<corev1.Namespace> {
  const found = {
    remaining: all.flatMap(({ remaining }) => remaining ?? []),
    failures: all.flatMap(({ failure }) => failure ?? []),
    podsOnly,
  };
  const present = object.status?.conditions ?? [];
  const conditions = deletionConditions(present, found, ctx.clock.now());
  if (conditions === present) return object;
  return ctx.client.updateStatus(Namespace, { ...object, status: { ...object.status, conditions: [...conditions] } });
}
