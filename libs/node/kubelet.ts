import { type corev1, Node, Pod } from '#api';
import { deepEqual, formatKey, isNotFound, keyOf, parseKey } from '#apimachinery';
import { indexPodsByNode, podsOnNode } from '#client';
import { bringsPods, isTerminalPhase } from '#component-helpers';
import {
  type Boot,
  type Change,
  type ClusterContext,
  type Component,
  type ComponentChange,
  type Controller,
  componentOf,
  type OpenController,
  POD_FILES_GROUP,
  type ReconcileContext,
  type Reconciled,
  type WorkQueue,
} from '#controller-runtime';
import { configuredNodes } from './configured-nodes.js';
import { asksForDevices } from './devices/allocation.js';
import { DevicePlugins } from './devices/plugin-states.js';
import { sliceWiping } from './devices/wiping.js';
import { Evictions } from './eviction/evictions.js';
import { nodePressure } from './eviction/node-pressure.js';
import { FaultyKubelets } from './faulty-kubelets.js';
import { nodeImages } from './image-store/node-images.js';
import { ImageStores } from './image-store/store.js';
import { ends, isOurs, isOver, isSimulated, isUnbound } from './kubelet-changes.js';
import { NodeMemory } from './node-memory.js';
import { NO_MEMORY, type PodMemory } from './pod/memory.js';
import { planPod } from './pod/plan.js';
import { probesAgain } from './pod/probes-again.js';
import { readCommands } from './pod/programs.js';
import { type Unwritten, withOwnStatus } from './pod/unwritten.js';
import type { PodPlan } from './pod/world.js';
import { REFERRED, worldOf } from './pod-world.js';
import { ClusterProcesses } from './processes/cluster-processes.js';
import { keepVolumes } from './processes/keep-volumes.js';
import { registration } from './registration.js';
import { nodeReports } from './schedulable.js';
import { nodeShutdown } from './shutdown/node-shutdown.js';
import { staticPods } from './static-pods.js';
import { volumeExpansion } from './volumes/expansion.js';
import { volumesInUse } from './volumes/in-use.js';
import { onMountable } from './volumes/mountable.js';
import { driverRegistration } from './volumes/registration.js';

/** Maximum concurrent writes of pods: a thousand of them share a few transactions. */
const CONCURRENCY = 1024;

/** The kubelets of all simulated nodes of one cluster. */
class Kubelets implements OpenController {
  readonly concurrency = CONCURRENCY;
  private readonly nodes = new Map<string, NodeMemory>();
  private readonly pods = new Map<string, PodMemory>();
  /** What could not be written, by uid: a conflict, or no API server. */
  private readonly unwritten = new Map<string, Unwritten>();
  /** Pods whose status is being written by this component. */
  private readonly writing = new Set<string>();
  private readonly processes: ClusterProcesses;
  private readonly faulty: FaultyKubelets;

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
    private readonly evictions: Evictions,
    private readonly images: ImageStores,
    private readonly plugins: DevicePlugins,
  ) {
    evictions.onEviction((pod) => queue.add(formatKey(keyOf(pod))));
    const { informers } = context;
    for (const resource of REFERRED) informers.of(resource);
    this.processes = new ClusterProcesses(context);
    const pods = informers.of(Pod);
    indexPodsByNode(informers);
    informers.of(Node).on((change) => this.nodeChanged(change));
    pods.on((change) => this.podChanged(change));
    onMountable(informers, (pod, revision) => queue.add(formatKey(keyOf(pod)), revision));
    this.faulty = new FaultyKubelets(context, queue, { pods: this.pods, nodes: this.nodes });
    plugins.onChange((node) => {
      for (const pod of podsOnNode(informers, node)) if (asksForDevices(pod)) queue.add(formatKey(keyOf(pod)));
    });
    context.machines?.onFiles((uid) => this.filesChanged(uid));
  }

  async reconcile(key: string, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    const { namespace, name } = parseKey(key);
    const bound = this.context.informers.of(Pod).get(name, namespace);
    const reading = bound && readCommands(bound, this.context.inTurn);
    if (reading) await reading;
    // It may have changed in the meantime.
    const pod = reading ? this.context.informers.of(Pod).get(name, namespace) : bound;
    const node = this.context.informers.of(Node).get(pod?.spec?.nodeName ?? '');
    if (!pod || !isSimulated(node)) return undefined;
    const outage = this.context.faults.kubelet(node.metadata.name);
    if (outage !== undefined) {
      this.faulty.silence(node.metadata.name, outage);
      return undefined;
    }
    const memory = this.memoryOf(node);
    const { uid = '' } = pod.metadata;
    this.beginEviction(uid);
    const unwritten = this.unwritten.get(uid);
    const seen = unwritten ? withOwnStatus(pod, unwritten) : pod;
    const plan = await this.processes.planned(seen, () => this.plan(seen, node, memory));
    // What has been decided has happened, whether or not it can be written.
    this.pods.set(uid, plan.memory);
    this.images.pulled(node.metadata.name, plan.pulled, this.context.clock.now());
    memory.addPaths(pod, plan.status ?? pod.status);
    const due = unwritten ? { ...plan, status: plan.status ?? seen.status, remove: plan.remove || unwritten.remove } : plan;
    if (ends(pod, due)) await keepVolumes(due.status ? { ...pod, status: due.status } : pod, this.context);
    await this.carryOut(pod, due, ctx);
    if (isTerminalPhase(plan.status?.phase)) {
      memory.release(uid);
      this.processes.delete(uid);
    }
    return plan.at === undefined ? undefined : { requeueAfter: Math.max(0, plan.at - this.context.clock.now()) };
  }

  private beginEviction(uid: string): void {
    const eviction = this.evictions.of(uid);
    if (!eviction) return;
    const memory = this.pods.get(uid) ?? NO_MEMORY;
    if (!memory.ending) this.pods.set(uid, { ...memory, ending: { since: this.context.clock.now(), ...eviction } });
  }

  private memoryOf(node: corev1.Node): NodeMemory {
    const { name } = node.metadata;
    const { faults, informers, clock } = this.context;
    const boot = faults.boot(name);
    const known = this.nodes.get(name);
    if (known) {
      if (known.boot !== boot?.id) this.machineStarted(name, known, boot);
      return known;
    }
    const made = new NodeMemory(node, podsOnNode(informers, name), { images: this.images.of(name), now: clock.now(), boot });
    this.nodes.set(name, made);
    return made;
  }

  /** A machine that was off is up again: what its kubelet had in memory is gone. */
  private machineStarted(name: string, memory: NodeMemory, boot: Boot | undefined): void {
    memory.machineStarted(boot);
    for (const { metadata } of podsOnNode(this.context.informers, name)) {
      const { uid = '' } = metadata;
      this.unwritten.delete(uid);
      this.evictions.forget(uid);
      this.processes.delete(uid);
    }
  }

  private plan(pod: corev1.Pod, node: corev1.Node, memory: NodeMemory): PodPlan {
    const { uid = '' } = pod.metadata;
    const world = {
      ...worldOf(this.context, { pod, node, memory, plugins: this.plugins }),
      memory: this.pods.get(uid) ?? NO_MEMORY,
      processes: this.processes.of(pod),
    };
    return planPod(pod, world, this.context.clock.now());
  }

  /** Records the events, then writes the status that follows from them, mostly in the same transaction, then removes the pod. */
  private async carryOut(pod: corev1.Pod, { status, events, remove }: PodPlan, ctx: ReconcileContext): Promise<void> {
    const { name, namespace, uid = '' } = pod.metadata;
    const host = pod.spec?.nodeName;
    // Each kubelet writes as its own node.
    const client = ctx.client.as({ node: host });
    if (events.length > 0) {
      const recorder = ctx.recorder.through(client);
      for (const { type, reason, message, fieldPath } of events)
        recorder.record({ about: pod, type, reason, message, host, ...(fieldPath === undefined ? {} : { fieldPath }) });
      if (status) await recorder.queued();
    }
    if (status) {
      this.unwritten.set(uid, { status, remove });
      if (!deepEqual(status, pod.status)) await this.write(client, pod, status);
      this.unwritten.delete(uid);
    }
    if (!remove) return;
    try {
      await client.deleteOnly(Pod, name, namespace, { gracePeriodSeconds: 0, uid });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  private async write(client: ReconcileContext['client'], pod: corev1.Pod, status: corev1.PodStatus): Promise<void> {
    const { uid = '' } = pod.metadata;
    this.writing.add(uid);
    try {
      await client.updateStatus(Pod, { ...pod, status });
    } finally {
      this.writing.delete(uid);
    }
  }

  private podChanged({ object, old, deleted, revision }: Change<corev1.Pod>): void {
    const { nodeName } = object.spec ?? {};
    if (!nodeName) return;
    const { uid = '' } = object.metadata;
    if (deleted) {
      this.pods.delete(uid);
      this.unwritten.delete(uid);
      this.evictions.forget(uid);
      this.processes.delete(uid);
      this.faulty.forget(uid);
      this.nodes.get(nodeName)?.release(uid);
    } else if (!old || !((this.writing.has(uid) && isOurs(object, old)) || isOver(object, old)))
      this.queue.addAfter(formatKey(keyOf(object)), this.context.faults.kubeletDelay(nodeName), revision);
  }

  /** Clients have changed files in a pod's containers: its processes and probes may go on differently. */
  private filesChanged(uid: string): void {
    this.processes.filesChanged(uid);
    const memory = this.pods.get(uid);
    for (const pod of this.context.informers.of(Pod).list()) {
      if (pod.metadata.uid !== uid) continue;
      if (memory) this.pods.set(uid, probesAgain(pod, memory, this.context.clock.now()));
      this.queue.add(formatKey(keyOf(pod)));
    }
  }

  /** A node was added or removed: its state is recreated, and its pods are queued. */
  private nodeChanged({ object, old, deleted, revision }: Change<corev1.Node>): void {
    const { name } = object.metadata;
    const same = old !== undefined && isSimulated(old) === isSimulated(object) && old.spec?.podCIDR === object.spec?.podCIDR;
    if (!deleted && same) return;
    this.nodes.delete(name);
    if (deleted) return;
    for (const pod of podsOnNode(this.context.informers, name)) this.queue.add(formatKey(keyOf(pod)), revision);
  }
}

const kubelets = (evictions: Evictions, images: ImageStores, plugins: DevicePlugins): Controller => ({
  name: 'kubelet',
  interests: ({ group, resource, object }: ComponentChange) => {
    if (group === POD_FILES_GROUP) return true;
    if (group !== '') return group === 'storage.k8s.io' && (resource === 'csinodes' || resource === 'csidrivers');
    return resource === 'pods' ? Boolean((object() as corev1.Pod).spec?.nodeName) : resource === 'nodes';
  },
  open: (context, queue) => new Kubelets(context, queue, evictions, images, plugins),
});

/** All parts of the kubelets, for one cluster. */
function parts(): Component {
  const evictions = new Evictions();
  const images = new ImageStores();
  const plugins = new DevicePlugins();
  return componentOf('kubelet', [
    kubelets(evictions, images, plugins),
    staticPods,
    registration(images),
    ...nodeReports,
    configuredNodes(plugins),
    nodePressure(evictions, images),
    nodeImages(images),
    nodeShutdown(evictions),
    volumesInUse,
    volumeExpansion,
    driverRegistration,
    sliceWiping,
  ]);
}

/** The kubelets of a cluster's simulated nodes as one component: they start, probe, stop and remove the pods bound to their nodes. */
export const kubelet: Component = {
  ...parts(),
  open: (context) => parts().open(context),
  anticipates: (change) => bringsPods(change) || isUnbound(change),
};
