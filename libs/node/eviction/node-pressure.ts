import { type corev1, Node, Pod } from '#api';
import { formatTime, type Instant } from '#apimachinery';
import { indexPodsByNode, podsOnNode } from '#client';
import { isTerminalPhase } from '#component-helpers';
import type { Change, ClusterContext, Controller, OpenController, ReconcileContext, Reconciled, WorkQueue } from '#controller-runtime';
import { minimumAge } from '../image-store/collection.js';
import { removeImages } from '../image-store/node-images.js';
import type { ImageStores } from '../image-store/store.js';
import { nodeReference } from '../node-reference.js';
import { podPidsLimit } from '../runtime/process-limit.js';
import { hasUsage } from '../usage.js';
import type { Evictions } from './evictions.js';
import { type Pressure, pressuresOf, victimsOf } from './pressure.js';
import { evictionSettings, type WatchedResource } from './thresholds.js';

interface ConditionWords {
  type: string;
  resource: WatchedResource;
  /** Reason, message and event of each state. */
  met: readonly [reason: string, message: string, event: string];
  clear: readonly [reason: string, message: string, event: string];
}

/** nodestatus/setters.go. */
const CONDITIONS: readonly ConditionWords[] = [
  {
    type: 'MemoryPressure',
    resource: 'memory',
    met: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available', 'NodeHasInsufficientMemory'],
    clear: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available', 'NodeHasSufficientMemory'],
  },
  {
    type: 'DiskPressure',
    resource: 'ephemeral-storage',
    met: ['KubeletHasDiskPressure', 'kubelet has disk pressure', 'NodeHasDiskPressure'],
    clear: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure', 'NodeHasNoDiskPressure'],
  },
  {
    type: 'PIDPressure',
    resource: 'pids',
    met: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available', 'NodeHasInsufficientPID'],
    clear: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available', 'NodeHasSufficientPID'],
  },
];

/** Watches over the memory, the disk and the processes of nodes where the usage of a pod is set. The key is the node. */
class NodePressure implements OpenController {
  readonly concurrency = 64;
  /** When a node was last under pressure, by node and resource. */
  private readonly lastMet = new Map<string, Instant>();
  /** Since when soft thresholds are met, by node and resource. */
  private readonly firstMet = new Map<string, Instant>();
  /** Nodes and resources of which something is being reclaimed. */
  private readonly reclaiming = new Set<string>();
  /** Nodes whose disk is full. */
  private readonly full = new Set<string>();

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
    private readonly evictions: Evictions,
    private readonly images: ImageStores,
  ) {
    indexPodsByNode(context.informers);
    context.informers.of(Pod).on((change) => this.podChanged(change));
    context.faults.onChange(() => this.faultsChanged());
    context.manifests.onChange((node) => queue.add(node));
    // A condition that was true before this component was opened ends in its time.
    context.informers.of(Node).on(({ object, old, deleted }) => {
      if (!old && !deleted && context.faults.isDiskFull(object.metadata.name)) this.full.add(object.metadata.name);
      if (!old && !deleted && CONDITIONS.some(({ type }) => isTrue(object, type))) queue.add(object.metadata.name);
    });
  }

  async reconcile(name: string, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    const { informers, faults, clock, manifests } = this.context;
    const node = informers.of(Node).get(name);
    if (!node?.status?.nodeInfo?.kubeletVersion || faults.kubelet(name)) return undefined;
    const pods = podsOnNode(informers, name).filter(
      ({ metadata, status }) => !isTerminalPhase(status?.phase) && !metadata.deletionTimestamp,
    );
    const { thresholds, transition, softGrace } = evictionSettings(manifests.configuration(name));
    const pressures = pressuresOf(node, pods, {
      thresholds,
      diskFull: faults.isDiskFull(name),
      podPidsLimit: podPidsLimit(manifests.configuration(name)),
      isReclaiming: (resource) => this.reclaiming.has(`${name} ${resource}`),
    });
    for (const { resource, type } of CONDITIONS) {
      const key = `${name} ${resource}`;
      if (pressures.some((met) => met.resource === resource) || (isTrue(node, type) && !this.lastMet.has(key)))
        this.lastMet.set(key, clock.now());
    }
    await this.writeConditions(node, { pressures, transition, ctx });
    const { ripe, next } = this.ripen(name, pressures);
    // The next pod is evicted when the last one has ended.
    if (!pods.some(({ metadata }) => this.evictions.has(metadata.uid ?? '')))
      this.evictFrom(node, pods, { pressures: ripe, softGrace, ctx });
    const until = CONDITIONS.flatMap(({ resource }) => {
      const last = this.lastMet.get(`${name} ${resource}`);
      return last === undefined ? [] : [last + transition];
    });
    if (next !== undefined) until.push(next);
    return until.length > 0 ? { requeueAfter: Math.max(1, Math.min(...until) - clock.now()) } : undefined;
  }

  /** The pressures that have lasted long enough to evict pods, and when the next one has. */
  private ripen(name: string, pressures: readonly Pressure[]): { ripe: Pressure[]; next: Instant | undefined } {
    const now = this.context.clock.now();
    for (const { resource } of CONDITIONS) {
      const key = `${name} ${resource}`;
      const met = pressures.filter((pressure) => pressure.resource === resource);
      if (met.length === 0) this.reclaiming.delete(key);
      if (!met.some(({ grace }) => grace !== undefined)) this.firstMet.delete(key);
      else if (!this.firstMet.has(key)) this.firstMet.set(key, now);
    }
    const due = ({ resource, grace }: Pressure): Instant =>
      grace === undefined ? now : (this.firstMet.get(`${name} ${resource}`) ?? now) + grace;
    const ripe = pressures.filter((pressure) => due(pressure) <= now);
    for (const { resource } of ripe) this.reclaiming.add(`${name} ${resource}`);
    const waiting = pressures.map(due).filter((at) => at > now);
    return { ripe, next: waiting.length > 0 ? Math.min(...waiting) : undefined };
  }

  private evictFrom(
    node: corev1.Node,
    pods: readonly corev1.Pod[],
    { pressures, softGrace, ctx }: { pressures: readonly Pressure[]; softGrace: number; ctx: ReconcileContext },
  ): void {
    const host = node.metadata.name;
    const recorder = ctx.recorder.through(ctx.client.as({ node: host }));
    const [pressure] = pressures;
    if (pressure) {
      const message = `Attempting to reclaim ${pressure.resource}`;
      recorder.record({ about: nodeReference(node), type: 'Warning', reason: 'EvictionThresholdMet', message, host });
    }
    if (pressure?.resource === 'ephemeral-storage') this.freeDisk(host);
    for (const { pod, message, disrupted } of victimsOf(pods, pressures)) {
      recorder.record({ about: pod, type: 'Warning', reason: 'Evicted', message, host });
      const outcome = { reason: 'Evicted', message, ...(disrupted ? { disrupted } : {}) };
      if (disrupted && pressure?.grace !== undefined)
        this.evictions.evict(pod, outcome, Math.min(softGrace, pod.spec.terminationGracePeriodSeconds ?? 30) * 1000);
      else this.evictions.evict(pod, outcome);
    }
  }

  /** Before pods are evicted for the sake of the disk, images go that are not used (eviction_manager.go reclaimNodeLevelResources). */
  private freeDisk(node: string): void {
    const { informers, manifests, clock } = this.context;
    const pods = podsOnNode(informers, node);
    const most = { amount: Number.POSITIVE_INFINITY, minimumAge: minimumAge(manifests.configuration(node)) };
    removeImages(this.images, node, { pods, now: clock.now(), ...most });
  }

  /** A condition is true from the first moment of pressure until some minutes after the last. */
  private async writeConditions(
    node: corev1.Node,
    { pressures, transition, ctx }: { pressures: readonly Pressure[]; transition: number; ctx: ReconcileContext },
  ): Promise<void> {
    const { name } = node.metadata;
    const now = this.context.clock.now();
    const time = formatTime(now);
    const events: string[] = [];
    const conditions = (node.status?.conditions ?? []).map((condition): corev1.NodeCondition => {
      const words = CONDITIONS.find(({ type }) => type === condition.type);
      if (!words) return condition;
      const key = `${name} ${words.resource}`;
      const last = this.lastMet.get(key);
      const isMet = pressures.some(({ resource }) => resource === words.resource);
      if (!isMet && last !== undefined && last + transition <= now) this.lastMet.delete(key);
      const status = isMet || this.lastMet.has(key) ? 'True' : 'False';
      if (status === condition.status) return condition;
      const [reason, message, event] = status === 'True' ? words.met : words.clear;
      events.push(event);
      return { ...condition, status, reason, message, lastHeartbeatTime: time, lastTransitionTime: time };
    });
    if (events.length === 0) return;
    const client = ctx.client.as({ node: name });
    await client.updateStatus(Node, { ...node, status: { ...node.status, conditions } });
    const recorder = ctx.recorder.through(client);
    for (const reason of events)
      recorder.record({ about: nodeReference(node), type: 'Normal', reason, message: `Node ${name} status is now: ${reason}`, host: name });
  }

  /** A disk is full, or was. */
  private faultsChanged(): void {
    const { faults, informers } = this.context;
    for (const { metadata } of informers.of(Node).list()) {
      const { name } = metadata;
      const full = faults.isDiskFull(name);
      if (full !== this.full.has(name)) this.queue.add(name);
      if (full) this.full.add(name);
      else this.full.delete(name);
    }
  }

  private podChanged({ object, old, revision }: Change<corev1.Pod>): void {
    const { nodeName } = object.spec;
    if (nodeName && (this.full.has(nodeName) || hasUsage(object) || (old !== undefined && hasUsage(old))))
      this.queue.add(nodeName, revision);
  }
}

function isTrue({ status }: corev1.Node, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;
}

/** The part of the kubelets that evicts pods from nodes under pressure. */
export const nodePressure = (evictions: Evictions, images: ImageStores): Controller => ({
  name: 'kubelet',
  // What wakes the workers of the pods is enough.
  interests: () => false,
  open: (context, queue) => new NodePressure(context, queue, evictions, images),
});
