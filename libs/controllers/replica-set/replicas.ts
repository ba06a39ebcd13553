import { type appsv1, type corev1, Pod, type Resource } from '#api';
import {
  controllerOf,
  controllerReference,
  deepEqual,
  isNamespaceTerminating,
  isNotFound,
  keyOf,
  type LabelSelector,
  selectorFromSet,
} from '#apimachinery';
import { isPodActive, isPodTerminating } from '#component-helpers';
import {
  type Change,
  type Controller,
  defineController,
  isFenced,
  type ReconcileContext,
  type Reconciled,
  watching,
} from '#controller-runtime';
import { claimObjects } from '../claim.js';
import { podsToDelete } from './ranking.js';
import { nextAvailability, nextStatus } from './status.js';

/** Maximum pods created or deleted in one reconcile (replica_set.go BurstReplicas). */
const BURST = 500;
const ORPHANS = 'orphans-by-namespace';

/** The two kinds that maintain a number of pods: the ReplicationController is the predecessor of the ReplicaSet. */
export type ReplicaOwner = appsv1.ReplicaSet | corev1.ReplicationController;

/** The differences between the kinds. */
export interface ReplicaKind<T extends ReplicaOwner> {
  name: string;
  /** Its name in --controllers; default its name. */
  flag?: string;
  resource: Resource<T>;
  selectorOf(owner: T): LabelSelector;
  /** Whether the status counts pods that are being deleted. */
  reportsTerminating: boolean;
  /** Pods besides the owner's own that count when a pod on a crowded node is chosen for deletion. */
  related(owner: T, ctx: ReconcileContext): readonly corev1.Pod[];
}

/** Creates the controller of a kind that maintains a number of pods (pkg/controller/replicaset). */
export function replicaController<T extends ReplicaOwner>(kind: ReplicaKind<T>): Controller {
  return defineController<T>({
    name: kind.name,
    ...(kind.flag === undefined ? {} : { flag: kind.flag }),
    for: kind.resource,
    owns: [Pod],
    index: (informers) => informers.of(Pod).addIndex(ORPHANS, orphanNamespace),
    watches: [
      watching(Pod, (change, informers) =>
        isNewOrphan(change)
          ? informers
              .of(kind.resource)
              .list(change.object.metadata.namespace)
              .filter((owner) => kind.selectorOf(owner).matches(change.object.metadata.labels))
              .map(keyOf)
          : [],
      ),
    ],
    reconcile: (owner, ctx) => reconcileReplicas(kind, owner, ctx),
  });
}

function orphanNamespace(pod: corev1.Pod): string[] {
  return controllerOf(pod) === undefined ? [pod.metadata.namespace ?? ''] : [];
}

/** Whether a pod without a controller was added, or has changed so that another controller might adopt it. */
function isNewOrphan({ object, old, deleted }: Change<corev1.Pod>): boolean {
  if (deleted || controllerOf(object) !== undefined || object.metadata.deletionTimestamp !== undefined) return false;
  return old === undefined || controllerOf(old) !== undefined || !deepEqual(old.metadata.labels, object.metadata.labels);
}

async function reconcileReplicas<T extends ReplicaOwner>(
  kind: ReplicaKind<T>,
  owner: T,
  ctx: ReconcileContext,
): Promise<Reconciled | undefined> {
  const { informers, client, clock } = ctx;
  const pods = informers.of(Pod);
  const own = pods.controlledBy(owner.metadata.uid ?? '');
  const orphans = pods.byIndex(ORPHANS, owner.metadata.namespace ?? '');
  const selector = kind.selectorOf(owner);
  const claim = (candidates: readonly corev1.Pod[]) =>
    claimObjects({ client, owner, ownerResource: kind.resource, resource: Pod, selector, candidates });
  const claimed = await claim([...own, ...orphans].filter(isPodActive));
  const outcome = owner.metadata.deletionTimestamp === undefined ? await adjust({ kind, owner, pods: claimed }, ctx) : {};
  // The informer already has what was just created and deleted: the status need not wait for another reconcile.
  const now = clock.now();
  const current = pods.controlledBy(owner.metadata.uid ?? '').filter(({ metadata }) => selector.matches(metadata.labels));
  const activePods = current.filter(isPodActive);
  const minReadySeconds = owner.spec.minReadySeconds ?? 0;
  const status = nextStatus({
    status: owner.status,
    generation: owner.metadata.generation,
    replicas: owner.spec.replicas ?? 1,
    minReadySeconds,
    templateLabels: selectorFromSet(owner.spec.template?.metadata?.labels),
    activePods,
    terminating: kind.reportsTerminating ? current.filter(isPodTerminating).length : undefined,
    failure: outcome.failure?.message,
    now,
  });
  if (!deepEqual(owner.status, status)) await client.updateStatus(kind.resource, { ...owner, status });
  if (outcome.failure !== undefined) throw outcome.failure;
  const requeueAfter = nextAvailability(activePods, minReadySeconds, now);
  return requeueAfter === undefined ? undefined : { requeueAfter };
}

/** Creates missing pods, deletes surplus ones. A failure is reported in the status before it is thrown. */
async function adjust<T extends ReplicaOwner>(
  { kind, owner, pods }: { kind: ReplicaKind<T>; owner: T; pods: readonly corev1.Pod[] },
  ctx: ReconcileContext,
): Promise<{ failure?: Error }> {
  const missing = (owner.spec.replicas ?? 1) - pods.length;
  if (missing === 0) return {};
  const work =
    missing > 0
      ? Array.from({ length: Math.min(missing, BURST) }, () => makePod(kind, owner, ctx))
      : podsToDelete({ pods, related: kind.related(owner, ctx), count: Math.min(-missing, BURST), now: ctx.clock.now() }).map((pod) =>
          deletePod(owner, pod, ctx),
        );
  let failure: Error | undefined;
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'fulfilled') continue;
    const error = result.reason instanceof Error ? result.reason : new Error(String(result.reason));
    if (isFenced(error)) throw error;
    failure ??= error;
  }
  return { failure };
}

async function makePod<T extends ReplicaOwner>(kind: ReplicaKind<T>, owner: T, { client, recorder }: ReconcileContext): Promise<void> {
  const { template } = owner.spec;
  const { group, version } = kind.resource;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const prefix = `${owner.metadata.name}-`;
  const pod: corev1.Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: prefix.length > 253 ? owner.metadata.name : prefix,
      namespace: owner.metadata.namespace,
      labels: { ...template?.metadata?.labels },
      ...(template?.metadata?.annotations === undefined ? {} : { annotations: { ...template.metadata.annotations } }),
      ...(template?.metadata?.finalizers === undefined ? {} : { finalizers: [...template.metadata.finalizers] }),
      ownerReferences: [controllerReference(owner, { apiVersion, kind: kind.resource.kind })],
    },
    spec: template?.spec ?? { containers: [] },
  };
  try {
    const made = await client.create(Pod, pod);
    recorder.normal(owner, 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
  } catch (error) {
    // Nothing can be created in a terminating namespace: neither an event nor a retry would help.
    if (isNamespaceTerminating(error)) return;
    if (!isFenced(error)) recorder.warning(owner, 'FailedCreate', `Error creating: ${messageOf(error)}`);
    throw error;
  }
}

async function deletePod(owner: ReplicaOwner, pod: corev1.Pod, { client, recorder }: ReconcileContext): Promise<void> {
  const { name, namespace } = pod.metadata;
  try {
    await client.delete(Pod, name, namespace);
    recorder.normal(owner, 'SuccessfulDelete', `Deleted pod: ${name}`);
  } catch (error) {
    if (isNotFound(error)) return;
    if (isFenced(error)) throw error;
    recorder.warning(owner, 'FailedDelete', `Error deleting: ${messageOf(error)}`);
    throw new Error(`unable to delete pods: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
