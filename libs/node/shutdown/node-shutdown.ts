import { type corev1, Lease, Node, Pod } from '#api';
import { formatTime } from '#apimachinery';
import { indexPodsByNode, podsOnNode } from '#client';
import { conditionOf, isTerminalPhase } from '#component-helpers';
import type {
  ClusterContext,
  Controller,
  NodeShutdown,
  OpenController,
  ReconcileContext,
  Reconciled,
  WorkQueue,
} from '#controller-runtime';
import type { Evictions } from '../eviction/evictions.js';
import { isRebooted, lastSign, NODE_LEASES } from '../heartbeats.js';
import { nodeReference } from '../node-reference.js';
import { reportNode } from '../node-report.js';
import { healthyConditions } from '../node-status.js';
import { stoppingNow } from './groups.js';

/** The graceful shutdown of nodes (kubelet/nodeshutdown/nodeshutdown_manager_linux.go). */

const SHUTTING_DOWN = 'node is shutting down';
const OUTCOME = {
  reason: 'Terminated',
  message: 'Pod was terminated in response to imminent node shutdown.',
  disrupted: true,
} as const;

const isShuttingDown = ({ status }: corev1.Node): boolean => conditionOf(status?.conditions, 'Ready')?.message === SHUTTING_DOWN;

/** Shuts nodes down, and reports those that are up again. The key is the node. */
class NodeShutdowns implements OpenController {
  readonly concurrency = 64;
  private readonly known = new Set<string>();

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
    private readonly evictions: Evictions,
  ) {
    const { informers, faults } = context;
    indexPodsByNode(informers);
    informers.of(Pod).on(({ object, revision }) => {
      if (this.known.size > 0 && this.known.has(object.spec?.nodeName ?? '')) queue.add(object.spec?.nodeName ?? '', revision);
    });
    informers.of(Lease);
    informers.of(Node).on(({ object, old, deleted }) => {
      if (!old && !deleted && (isShuttingDown(object) || faults.shutdown(object.metadata.name))) this.changed(object.metadata.name);
    });
    faults.onChange(() => {
      for (const { metadata } of informers.of(Node).list())
        if (faults.shutdown(metadata.name) || this.known.has(metadata.name)) this.changed(metadata.name);
    });
  }

  private changed(name: string): void {
    this.known.add(name);
    this.queue.add(name);
  }

  async reconcile(name: string, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    const { informers, faults, clock } = this.context;
    const node = informers.of(Node).get(name);
    const shutdown = faults.shutdown(name);
    if (!node?.status?.nodeInfo?.kubeletVersion) return undefined;
    if (shutdown === undefined) {
      this.known.delete(name);
      // One that has been off is reported by its new start.
      if (isShuttingDown(node) && !faults.kubelet(name) && !isRebooted(node, faults.boot(name))) await report(node, undefined, ctx);
      return undefined;
    }
    const now = clock.now();
    if (now >= shutdown.off) {
      await this.goOff(name, shutdown, ctx);
      return undefined;
    }
    if (faults.kubelet(name)) return { requeueAfter: shutdown.off - now };
    if (!isShuttingDown(node)) await report(node, SHUTTING_DOWN, ctx);
    const found = stoppingNow(shutdown, podsOnNode(informers, name), now);
    for (const { pod, seconds } of found?.pods ?? []) this.evictions.evict(pod, OUTCOME, seconds * 1000);
    const next = found !== undefined && found.until > now ? Math.min(found.until, shutdown.off) : shutdown.off;
    return { requeueAfter: next - now };
  }

  /** The last sign of life of a kubelet whose node goes off. */
  private async goOff(name: string, { off }: NodeShutdown, ctx: ReconcileContext): Promise<void> {
    const lease = this.context.informers.of(Lease).get(name, NODE_LEASES);
    if (lease) await lastSign(lease, off, ctx);
    for (const pod of podsOnNode(this.context.informers, name))
      if (!isTerminalPhase(pod.status?.phase)) this.evictions.forget(pod.metadata.uid ?? '');
  }
}

/** Reports that a node is shutting down, or that it is not any more. */
async function report(node: corev1.Node, trouble: string | undefined, ctx: ReconcileContext): Promise<void> {
  const { name } = node.metadata;
  const now = ctx.clock.now();
  const time = formatTime(now);
  const ready = conditionOf(healthyConditions(now), 'Ready');
  const conditions = (node.status?.conditions ?? []).map((condition) => {
    if (condition.type !== 'Ready' || !ready) return condition;
    if (trouble === undefined) return ready;
    return { ...ready, status: 'False', lastTransitionTime: time, reason: 'KubeletNotReady', message: trouble };
  });
  const recorder = ctx.recorder.through(ctx.client.as({ node: name }));
  const about = nodeReference(node);
  const say = (reason: string, message: string) => recorder.record({ about, type: 'Normal', reason, message, host: name });
  say('NodeShutdown', `Shutdown manager detected shutdown ${trouble === undefined ? 'cancellation' : 'event'}`);
  const word = trouble === undefined ? 'NodeReady' : 'NodeNotReady';
  say(word, `Node ${name} status is now: ${word}`);
  await reportNode(node, { conditions }, ctx.client);
}

/** The part of the kubelets that shuts nodes down. */
export const nodeShutdown = (evictions: Evictions): Controller => ({
  name: 'kubelet',
  // What wakes the workers of the pods is enough, and faults wake all.
  interests: () => false,
  open: (context, queue) => new NodeShutdowns(context, queue, evictions),
});
