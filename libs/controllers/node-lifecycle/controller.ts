import { type corev1, Lease, Node, Pod } from '#api';
import { formatKey, formatTime, type Instant, keyOf, parseKey } from '#apimachinery';
import { indexPodsByNode, podsOnNode } from '#client';
import { CONTROLLER_DEFAULTS, type ControllerOptions } from '#component-base';
import type {
  Change,
  ClusterContext,
  ComponentChange,
  Controller,
  OpenController,
  ReconcileContext,
  Reconciled,
  WorkQueue,
} from '#controller-runtime';
import { betaLabels, hasKubelet, lastRenewal, type NodeHealth, observe, readyStatus, unknownAt, unknownConditions } from './health.js';
import { countEviction, showZones } from './metrics.js';
import { markPodsNotReady } from './pods-not-ready.js';
import { planEvictionTaints, withConditionTaints, withoutEvictionTaints } from './taints.js';
import { Zones } from './zones.js';

const NODE_LEASES = 'kube-node-lease';
/** The key of the pass that adds NoExecute taints; no object has such a name. Keys of pods begin with POD. */
const TAINTING = '/taint';
const POD = '/pod/';
/** How often upstream takes nodes from the queue of those to be tainted (NodeEvictionPeriod): after all others have been looked at. */
const TAINTING_PERIOD = 100;
/** A node that is older when it is first seen was known before. */
const NEW = 60_000;

/** Follows the health of nodes: their conditions, their taints, and the readiness of their pods (pkg/controller/nodelifecycle). */
class NodeLifecycle implements OpenController {
  readonly concurrency = 64;
  private readonly health = new Map<string, NodeHealth>();
  private readonly zones = new Zones(() => this.options);
  /** Nodes to be reported as added or removed. */
  private readonly reports = new Map<string, { node: corev1.Node; added: boolean }>();
  /** Nodes whose pods have still to be marked. */
  private readonly unmarked = new Set<string>();
  /** Nodes whose NoExecute taints are to be removed though they are not ready. */
  private readonly spared = new Set<string>();
  private readonly unwatch: (() => void) | undefined;
  private started = false;
  /** When not all zones were down any more. */
  private resumed: Instant = 0;

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
  ) {
    const { informers } = context;
    indexPodsByNode(informers);
    const { metrics } = context;
    this.unwatch = metrics?.onLook(() => showZones(metrics, this.zones));
    informers.of(Lease).on(({ object, revision }) => {
      const { name, namespace } = object.metadata;
      const node = namespace === NODE_LEASES ? informers.of(Node).get(name) : undefined;
      // A simulated kubelet writes its Lease when it stops, and when it is back.
      if (node && (!hasKubelet(node) || context.faults.kubelet(name))) queue.add(name, revision || undefined);
    });
    informers.of(Node).on((change) => this.nodeChanged(change));
    informers.of(Pod).on((change) => this.podChanged(change));
    context.faults.onChange(() => {
      for (const { metadata } of informers.of(Node).list()) queue.add(metadata.name);
    });
  }

  async reconcile(key: string, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    this.started = true;
    if (key === TAINTING) return this.taintNext(ctx);
    if (key.startsWith(POD)) return this.syncPod(key.slice(POD.length), ctx);
    this.report(key, ctx);
    const node = ctx.informers.of(Node).get(key);
    return node && this.syncNode(node, ctx);
  }

  private get options(): ControllerOptions {
    return this.context.manager?.current()?.options ?? CONTROLLER_DEFAULTS;
  }

  close(): void {
    this.unwatch?.();
  }

  restarted(): void {
    for (const { metadata } of this.context.informers.of(Node).list()) this.queue.add(metadata.name);
  }

  private nodeChanged({ object, old, deleted, revision }: Change<corev1.Node>): void {
    const { name } = object.metadata;
    if (deleted) {
      this.health.delete(name);
      this.zones.delete(name);
      this.unmarked.delete(name);
      this.reports.set(name, { node: object, added: false });
    } else {
      this.zones.set(object, readyStatus(object) === 'True');
      if (old === undefined && this.isNew(object, revision)) this.reports.set(name, { node: object, added: true });
    }
    this.queue.add(name, revision || undefined);
  }

  private isNew({ metadata }: corev1.Node, revision: number): boolean {
    const { clock, resumeAfter = 0 } = this.context;
    const age = clock.now() - Date.parse(metadata.creationTimestamp ?? '');
    return revision > 0 && (this.started || resumeAfter > 0) && age < NEW;
  }

  /** A pod that is bound to a node that is not ready is not ready either. */
  private podChanged({ object, old, deleted, revision }: Change<corev1.Pod>): void {
    const { nodeName } = object.spec;
    if (deleted || !nodeName || old?.spec.nodeName === nodeName) return;
    const node = this.context.informers.of(Node).get(nodeName);
    if (node && this.health.has(nodeName) && isDown(node)) this.queue.add(`${POD}${formatKey(keyOf(object))}`, revision || undefined);
  }

  private report(name: string, { recorder }: ReconcileContext): void {
    const report = this.reports.get(name);
    if (!report) return;
    this.reports.delete(name);
    const { node, added } = report;
    if (added) recorder.normal(node, 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
    else recorder.normal(node, 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
  }

  private async syncPod(key: string, ctx: ReconcileContext): Promise<undefined> {
    const { namespace, name } = parseKey(key);
    const pod = ctx.informers.of(Pod).get(name, namespace);
    const node = pod && ctx.informers.of(Node).get(pod.spec.nodeName ?? '');
    if (pod && node && isDown(node)) await markPodsNotReady([pod], ctx);
  }

  private async syncNode(node: corev1.Node, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    const now = ctx.clock.now();
    const time = formatTime(now);
    const taints = withConditionTaints(node, time);
    const labels = betaLabels(node);
    if (taints || labels) {
      // The change wakes this node again.
      await this.patch(node, { ...(labels ? { metadata: { labels } } : {}), ...(taints ? { spec: { taints } } : {}) }, ctx);
      return undefined;
    }
    const at = this.look(node, now);
    const conditions =
      at === undefined || at > now ? undefined : unknownConditions(node, now, this.context.faults.kubelet(node.metadata.name)?.since);
    if (conditions) return this.markUnknown(node, conditions, ctx);
    await this.syncPods(node, ctx);
    await this.syncEvictionTaints(node, time, ctx);
    this.followZones(ctx);
    return at === undefined || at <= now ? undefined : { requeueAfter: at - now };
  }

  /** Notes what is seen of a node. Returns when it is to be called Unknown; undefined while its kubelet runs. */
  private look(node: corev1.Node, now: Instant): Instant | undefined {
    const { name } = node.metadata;
    const lease = this.context.informers.of(Lease).get(name, NODE_LEASES);
    const before = this.health.get(name);
    const health = observe(node, lease, before, now);
    this.health.set(name, health);
    if (before?.uid !== health.uid) this.unmarked.add(name);
    if (readyStatus(node) === 'Unknown') return undefined;
    if (!hasKubelet(node)) return unknownAt(node, health.probed, this.options);
    // A simulated kubelet is heard as long as it runs, though nothing is written.
    const outage = this.context.faults.kubelet(name);
    return outage && unknownAt(node, Math.max(lastRenewal(lease, outage.since), this.resumed), this.options);
  }

  private async markUnknown(node: corev1.Node, conditions: corev1.NodeCondition[], ctx: ReconcileContext): Promise<undefined> {
    const { name } = node.metadata;
    const wasReady = readyStatus(node) === 'True';
    await ctx.client.updateStatus(Node, { ...node, status: { ...node.status, conditions } });
    if (!wasReady) return;
    this.unmarked.add(name);
    ctx.recorder.normal(node, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
  }

  /** Marks the pods of a node that was found to be down. */
  private async syncPods(node: corev1.Node, ctx: ReconcileContext): Promise<void> {
    const { name } = node.metadata;
    if (!this.unmarked.has(name)) return;
    if (isDown(node)) await markPodsNotReady(podsOnNode(ctx.informers, name), ctx);
    this.unmarked.delete(name);
  }

  private async syncEvictionTaints(node: corev1.Node, time: string, ctx: ReconcileContext): Promise<void> {
    const { name } = node.metadata;
    const spared = this.spared.delete(name) ? withoutEvictionTaints(node) : undefined;
    const plan = spared ? ({ step: 'now', taints: spared } as const) : planEvictionTaints(node, readyStatus(node), time);
    if (plan.step === 'queue') {
      this.zones.wait(name);
      this.queue.addAfter(TAINTING, TAINTING_PERIOD);
      return;
    }
    this.zones.release(name);
    if (plan.step === 'now') await this.patch(node, { spec: { taints: plan.taints } }, ctx);
  }

  /** Adds the NoExecute taints that the zones' rates allow. */
  private async taintNext(ctx: ReconcileContext): Promise<Reconciled | undefined> {
    const now = ctx.clock.now();
    const nodes = this.zones.take(now).flatMap((name) => ctx.informers.of(Node).get(name) ?? []);
    const writes = nodes.map(async (node) => {
      const plan = planEvictionTaints(node, readyStatus(node), formatTime(now));
      if (plan.step !== 'none') await this.patch(node, { spec: { taints: plan.taints } }, ctx);
      countEviction(ctx.metrics, node);
    });
    await Promise.all(writes).catch((error: unknown) => {
      for (const { metadata } of nodes) this.queue.add(metadata.name);
      throw error;
    });
    const next = this.zones.nextAt(now);
    return next === undefined ? undefined : { requeueAfter: Math.max(next - now, TAINTING_PERIOD) };
  }

  private followZones({ informers, clock }: ReconcileContext): void {
    const now = clock.now();
    const disruption = this.zones.update(now);
    if (disruption === 'none') return;
    if (disruption === 'resumed') this.resumed = now;
    for (const { metadata } of informers.of(Node).list()) {
      const health = this.health.get(metadata.name);
      if (disruption === 'resumed' && health) this.health.set(metadata.name, { ...health, probed: now });
      if (disruption === 'all-stopped') this.spared.add(metadata.name);
      this.queue.add(metadata.name);
    }
    this.queue.addAfter(TAINTING, TAINTING_PERIOD);
  }

  private async patch({ metadata }: corev1.Node, change: NodePatch, { client }: ReconcileContext): Promise<void> {
    const taints = change.spec?.taints;
    await client.patch(Node, metadata.name, undefined, 'merge', {
      metadata: { ...change.metadata, resourceVersion: metadata.resourceVersion },
      ...(taints ? { spec: { taints: taints.length > 0 ? taints : null } } : {}),
    });
  }
}

interface NodePatch {
  metadata?: { labels: Record<string, string> };
  spec?: { taints: corev1.Taint[] };
}

/** Whether a node has a Ready condition that is not True. */
function isDown(node: corev1.Node): boolean {
  const ready = readyStatus(node);
  return ready !== undefined && ready !== 'True';
}

/** Whether a change may concern it: nodes, their leases, and pods that are bound. */
function interests({ group, resource, namespace, deleted, object }: ComponentChange): boolean {
  if (group === 'coordination.k8s.io') return resource === 'leases' && namespace === NODE_LEASES && !deleted;
  if (group !== '') return false;
  return resource === 'nodes' || (resource === 'pods' && !deleted && Boolean((object() as corev1.Pod).spec.nodeName));
}

export const nodeLifecycle: Controller = {
  name: 'node-controller',
  queue: 'node_lifecycle_controller',
  flag: 'node-lifecycle-controller',
  interests,
  open: (context, queue) => new NodeLifecycle(context, queue),
};
