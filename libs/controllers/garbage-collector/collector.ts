import { Namespace, type Resource } from '#api';
import { goQuote, ignoreNotFound, isNotFound, type KubeObject, type OwnerReference } from '#apimachinery';
import type { Informers, ReconcileContext } from '#controller-runtime';
import { resourceOf } from '../kinds.js';
import { decide, type OwnerState } from './decide.js';
import { FOREGROUND, isDeletingDependents, isOrphaning, type Node, ORPHAN, type OwnerGraph, REMEMBERED, remember } from './graph.js';

/** Processes one object at a time: whether its owners are gone, or it waits for its dependents. */
export class Collector {
  /** Uids known to be gone, so that a thousand dependents cause one request. */
  private readonly gone = new Map<string, Promise<boolean>>();
  /** Dependents and owners in other namespaces that were reported. */
  private readonly reported = new Set<string>();

  constructor(
    private readonly graph: OwnerGraph,
    private readonly enqueue: (uid: string) => void,
  ) {}

  /**
   * Whether nothing follows from the owners of an object as far as the informers know: it has some, and each exists and does not wait for
   * its dependents. Upstream never looks at such an object when it is added (graph_builder.go processGraphChanges).
   */
  isKept(uid: string, informers: Informers): boolean {
    const node = this.graph.node(uid);
    return node !== undefined && node.owners.length > 0 && node.owners.every((owner) => knownState(node, owner, informers) === 'solid');
  }

  async collect(uid: string, ctx: ReconcileContext): Promise<void> {
    const node = this.graph.node(uid);
    if (node === undefined) return;
    const object = find(node, ctx);
    if (object === undefined) return;
    if (isDeletingDependents(object)) return this.waitForDependents(node, object, ctx);
    if (isOrphaning(object)) return this.orphanDependents(node, object, ctx);
    if (object.metadata.deletionTimestamp !== undefined) return;
    await this.judge(node, object, ctx);
  }

  private async judge(node: Node, object: KubeObject, ctx: ReconcileContext): Promise<void> {
    const owners = object.metadata.ownerReferences ?? [];
    const states = await Promise.all(owners.map(async (owner) => ({ owner, state: await this.stateOf(node, owner, ctx) })));
    for (const { owner, state } of states) if (state !== 'solid' && state !== 'waiting') this.reportElsewhere(object, owner, ctx);
    const dependents = this.graph.dependentsOf(node.uid);
    const dependentWaits = dependents.some((dependent) => isWaiting(dependent, ctx));
    const verdict = decide(object, states, { dependents: dependents.length, dependentWaits });
    if (verdict.action === 'release') await dropOwners(node, verdict.uids, ctx);
    if (verdict.action !== 'delete') return;
    if (verdict.unblock) await unblockOwners(node, object, ctx);
    await ctx.client
      .delete(node.resource, node.name, node.namespace, { uid: node.uid, propagationPolicy: verdict.policy })
      .catch(ignoreNotFound);
  }

  /** Throws if the owner's kind is not served: nothing is known about it, so nothing may be deleted (classifyReferences). */
  private async stateOf(node: Node, owner: OwnerReference, ctx: ReconcileContext): Promise<OwnerState> {
    const known = knownState(node, owner, ctx.informers);
    if (known !== undefined) return known;
    const resource = resourceOf(owner, ctx.informers.served());
    if (resource === undefined) throw new Error(`no matches for kind "${owner.kind}" in version "${owner.apiVersion}"`);
    const namespace = resource.namespaced ? node.namespace : undefined;
    return (await this.isGone({ resource, namespace, owner }, ctx)) ? 'gone' : 'solid';
  }

  /** Reports an owner that exists, but not where the object is (graph_builder.go reportInvalidNamespaceOwnerRef). */
  private reportElsewhere(object: KubeObject, owner: OwnerReference, { informers, recorder }: ReconcileContext): void {
    const { uid = '', namespace = '' } = object.metadata;
    const pair = `${uid} ${owner.uid}`;
    const resource = resourceOf(owner, informers.served());
    if (!resource?.namespaced || this.graph.hasLeft(owner.uid) || this.reported.has(pair)) return;
    const known = informers.of(resource);
    const exists = informers
      .of(Namespace)
      .list()
      .some(({ metadata }) => known.get(owner.name, metadata.name)?.metadata.uid === owner.uid);
    if (!exists) return;
    remember(this.reported, pair);
    const identity = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${owner.uid}]`;
    recorder.warning(object, 'OwnerRefInvalidNamespace', `ownerRef ${identity} does not exist in namespace ${goQuote(namespace)}`);
  }

  /** Asks the server before anything is deleted because of an owner that the informers do not have. */
  private isGone(
    { resource, namespace, owner }: { resource: Resource; namespace: string | undefined; owner: OwnerReference },
    { client }: ReconcileContext,
  ): Promise<boolean> {
    const known = this.gone.get(owner.uid);
    if (known !== undefined) return known;
    const asked = client.get(resource, owner.name, namespace).then(
      ({ metadata }) => metadata.uid !== owner.uid,
      (error: unknown) => {
        if (isNotFound(error)) return true;
        throw error;
      },
    );
    this.gone.set(owner.uid, asked);
    const forget = (): boolean => this.gone.delete(owner.uid);
    asked.then((gone) => gone || forget(), forget);
    for (const oldest of this.gone.keys()) {
      if (this.gone.size <= REMEMBERED) break;
      this.gone.delete(oldest);
    }
    return asked;
  }

  /** Foreground deletion: the object is deleted when no dependent blocks it any more (processDeletingDependentsItem). */
  private async waitForDependents(node: Node, object: KubeObject, ctx: ReconcileContext): Promise<void> {
    const blocking = this.graph
      .dependentsOf(node.uid)
      .filter(({ owners }) => owners.some((owner) => owner.uid === node.uid && owner.blockOwnerDeletion === true));
    if (blocking.length === 0) return removeFinalizer(node, object, { finalizer: FOREGROUND, ctx });
    for (const dependent of blocking) if (!isWaiting(dependent, ctx)) this.enqueue(dependent.uid);
  }

  private async orphanDependents(node: Node, object: KubeObject, ctx: ReconcileContext): Promise<void> {
    await Promise.all(this.graph.dependentsOf(node.uid).map((dependent) => dropOwners(dependent, [node.uid], ctx)));
    await removeFinalizer(node, object, { finalizer: ORPHAN, ctx });
  }
}

/** The state of an owner as far as the informers know; undefined if they do not have it, or its kind is not served. */
function knownState({ namespace }: Node, owner: OwnerReference, informers: Informers): OwnerState | undefined {
  const resource = resourceOf(owner, informers.served());
  if (resource === undefined) return undefined;
  if (resource.namespaced && !namespace) return 'impossible';
  const found = informers.of(resource).get(owner.name, resource.namespaced ? namespace : undefined);
  if (found?.metadata.uid !== owner.uid) return undefined;
  return isDeletingDependents(found) ? 'waiting' : 'solid';
}

function find({ resource, name, namespace, uid }: Node, { informers }: ReconcileContext): KubeObject | undefined {
  const found = informers.of(resource).get(name, namespace);
  return found?.metadata.uid === uid ? found : undefined;
}

function isWaiting(node: Node, ctx: ReconcileContext): boolean {
  const object = find(node, ctx);
  return object !== undefined && isDeletingDependents(object);
}

/** Removes references to owners. It is not an error if the object no longer exists. */
async function dropOwners(node: Node, uids: readonly string[], ctx: ReconcileContext): Promise<void> {
  const object = find(node, ctx);
  if (object === undefined) return;
  const dropped = new Set(uids);
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => !dropped.has(uid));
  await patch(node, object, { patch: { ownerReferences }, ctx });
}

/** Breaks a cycle of objects that wait for each other (unblockOwnerReferencesStrategicMergePatch). */
async function unblockOwners(node: Node, object: KubeObject, ctx: ReconcileContext): Promise<void> {
  const ownerReferences = (object.metadata.ownerReferences ?? []).map((owner) => ({ ...owner, blockOwnerDeletion: false }));
  await patch(node, object, { patch: { ownerReferences }, ctx });
}

async function removeFinalizer(
  node: Node,
  object: KubeObject,
  { finalizer, ctx }: { finalizer: string; ctx: ReconcileContext },
): Promise<void> {
  const finalizers = object.metadata.finalizers?.filter((name) => name !== finalizer);
  await patch(node, object, { patch: { finalizers }, ctx });
}

/** Patches the metadata, on condition that the object is unchanged. */
async function patch(
  { resource, name, namespace, uid }: Node,
  { metadata: { resourceVersion } }: KubeObject,
  { patch: part, ctx }: { patch: Record<string, unknown>; ctx: ReconcileContext },
): Promise<void> {
  await ctx.client.patch(resource, name, namespace, 'merge', { metadata: { uid, resourceVersion, ...part } }).catch(ignoreNotFound);
}
