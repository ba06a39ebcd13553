import { type corev1, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '#api';
import { formatTime, isConflict, isNotFound } from '#apimachinery';
import {
  type Budget,
  type ClusterContext,
  type Component,
  type ComponentInstance,
  createRecorder,
  type DrainResult,
  type EventSink,
  isFenced,
} from '#controller-runtime';
import { type FitFailure, runCycle } from './cycle.js';
import { fitMessage } from './fit-message.js';
import type { World } from './framework.js';
import { plugins } from './plugins/index.js';
import { type Candidate, preempt } from './preemption.js';
import { SchedulingQueue, type Waiting } from './queue.js';
import { Snapshot } from './snapshot.js';

const NAME = 'kube-scheduler';
/** The scheduler's name in `spec.schedulerName` and in events. */
const PROFILE = 'default-scheduler';
/** Bindings that may be on their way at the same time. */
const MOST_BINDINGS = 500;

const keyOf = (pod: corev1.Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`;
const isOurs = (pod: corev1.Pod): boolean => (pod.spec.schedulerName ?? PROFILE) === PROFILE;
const waitsForNode = (pod: corev1.Pod): boolean =>
  !pod.spec.nodeName &&
  isOurs(pod) &&
  !pod.metadata.deletionTimestamp &&
  (pod.spec.schedulingGates ?? []).length === 0 &&
  pod.status?.phase !== 'Succeeded' &&
  pod.status?.phase !== 'Failed';

/** Whether a change of a node may let a pod in: what it offers, how it is labelled, whom it keeps out. */
function offersMore(node: corev1.Node, old: corev1.Node | undefined): boolean {
  if (!old) return true;
  const told = ({ metadata, spec, status }: corev1.Node): string =>
    JSON.stringify([metadata.labels, spec.taints, spec.unschedulable, status?.allocatable]);
  return told(node) !== told(old);
}

/** The scheduler on one cluster: events into queue and snapshot, one cycle at a time, bindings side by side. */
class Scheduler implements ComponentInstance {
  private readonly queue: SchedulingQueue;
  private readonly snapshot = new Snapshot();
  private readonly recorder: EventSink;
  private inFlight = 0;
  private progress: (() => void) | undefined;
  private listener: (() => void) | undefined;
  private cycles = 0;
  private failure: unknown;

  constructor(private readonly context: ClusterContext) {
    const { client, clock, random, informers } = context;
    this.queue = new SchedulingQueue(clock);
    this.recorder = createRecorder({ client: client.as({ component: NAME }), clock, random, component: PROFILE, style: 'series' });
    informers.of(Namespace);
    informers.of(Node).on(({ object, old, deleted, revision }) => this.nodeChanged(object, { old, deleted, revision }));
    informers.of(Pod).on(({ object, old, deleted, revision }) => this.podChanged(object, { old, deleted, revision }));
    for (const resource of [PersistentVolumeClaim, PersistentVolume, StorageClass])
      informers.of<corev1.PersistentVolume>(resource as never).on(({ revision }) => this.volumesChanged(revision));
  }

  onWork(listener: () => void): void {
    this.listener = listener;
  }

  hasWork(): boolean {
    return this.queue.ready;
  }

  async drain(budget: Budget): Promise<DrainResult> {
    this.failure = undefined;
    let left = budget.reconciles;
    for (;;) {
      while (left > 0 && this.failure === undefined && this.inFlight < MOST_BINDINGS) {
        const waiting = this.queue.take();
        if (!waiting) break;
        left -= 1;
        void this.start(waiting);
      }
      if (this.inFlight === 0) break;
      await new Promise<void>((resolve) => {
        this.progress = resolve;
      });
    }
    await this.recorder.flushed();
    if (this.failure !== undefined) throw this.failure;
    return { more: this.queue.ready, nextAt: this.queue.nextAt() };
  }

  close(): void {}

  private async start(waiting: Waiting): Promise<void> {
    this.inFlight += 1;
    try {
      await this.schedule(waiting);
    } catch (error) {
      if (isFenced(error)) this.failure ??= error;
    }
    this.inFlight -= 1;
    this.progress?.();
  }

  /** The cycle itself runs without a pause, so cycles never overlap; only what is written afterwards takes time. */
  private async schedule(waiting: Waiting): Promise<void> {
    const { pod } = waiting;
    const world: World = { nodes: this.snapshot.nodes, informers: this.context.informers };
    const result = runCycle(pod, world, plugins, this.cycles++);
    if (result.node) {
      this.snapshot.assume(pod, result.node.name);
      await this.bind(waiting, result.node.name);
    } else {
      await this.reject(waiting, result.failure, world);
    }
  }

  private async bind({ key, pod, wokenBy }: Waiting, node: string): Promise<void> {
    const { name, namespace, uid } = pod.metadata;
    const client = this.context.client.as({ component: NAME, wokenBy });
    try {
      await client.createSubresource(Pod, name, namespace, 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { kind: 'Node', name: node },
      } as corev1.Binding);
    } catch (error) {
      this.snapshot.removePod(pod);
      const current = this.context.informers.of(Pod).get(name, namespace);
      if (current?.spec.nodeName) this.snapshot.setPod(current);
      if (isNotFound(error) || (isConflict(error) && current?.spec.nodeName)) this.queue.remove(key);
      else this.queue.fail(key, true);
      throw error;
    }
    this.queue.remove(key);
    this.recorder
      .through(client)
      .record({ about: pod, type: 'Normal', reason: 'Scheduled', action: 'Binding', message: `Successfully assigned ${key} to ${node}` });
  }

  private async reject({ key, pod, wokenBy }: Waiting, failure: FitFailure, world: World): Promise<void> {
    const outcome = failure.nodes === 0 ? { message: 'no nodes' } : preempt({ pod, world, plugins }, failure);
    const afterwards = failure.preFilter
      ? 'not found'
      : outcome.candidate
        ? ''
        : `no new claims to deallocate, preemption: ${outcome.message}`;
    const message = failure.nodes === 0 ? 'no nodes available to schedule pods' : fitMessage(failure, afterwards);
    this.queue.fail(key, false);
    const client = this.context.client.as({ component: NAME, wokenBy });
    this.recorder.through(client).record({ about: pod, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message });
    try {
      if (outcome.candidate) await this.evict(pod, outcome.candidate, wokenBy);
      await this.tell(pod, { message, nominate: outcome.candidate?.node.name, wokenBy });
    } catch (error) {
      if (isNotFound(error)) this.queue.remove(key);
      else throw error;
    }
  }

  /** Writes why the pod waits, where that is news. */
  private async tell(
    pod: corev1.Pod,
    { message, nominate, wokenBy }: { message: string; nominate?: string; wokenBy?: number },
  ): Promise<void> {
    const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const nominated = nominate ?? pod.status?.nominatedNodeName;
    if (
      before?.status === 'False' &&
      before.reason === 'Unschedulable' &&
      before.message === message &&
      nominated === pod.status?.nominatedNodeName
    )
      return;
    const changed = before?.status !== 'False';
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      observedGeneration: pod.metadata.generation,
      lastProbeTime: null,
      lastTransitionTime: changed || !before?.lastTransitionTime ? formatTime(this.context.clock.now()) : before.lastTransitionTime,
      reason: 'Unschedulable',
      message,
    };
    const status = { conditions: [condition], ...(nominate ? { nominatedNodeName: nominate } : {}) };
    const { name, namespace } = pod.metadata;
    await this.context.client
      .as({ component: NAME, wokenBy })
      .patch(Pod, name, namespace, 'strategic', { status }, { subresource: 'status' });
  }

  private async evict(pod: corev1.Pod, { node, victims }: Candidate, wokenBy: number | undefined): Promise<void> {
    const client = this.context.client.as({ component: NAME, wokenBy });
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: formatTime(this.context.clock.now()),
      reason: 'PreemptionByScheduler',
      message: `${PROFILE}: preempting to accommodate a higher priority pod`,
    };
    await Promise.all(
      victims.map(async (victim) => {
        const { name, namespace, uid, generation } = victim.metadata;
        const status = { conditions: [{ ...condition, observedGeneration: generation }] };
        await client.patch(Pod, name, namespace, 'strategic', { status }, { subresource: 'status' });
        await client.delete(Pod, name, namespace, { uid });
        this.recorder.through(client).record({
          about: victim,
          type: 'Normal',
          reason: 'Preempted',
          action: 'Preempting',
          message: `Preempted by pod ${pod.metadata.uid} on node ${node.name}`,
        });
      }),
    );
  }

  private podChanged(pod: corev1.Pod, { old, deleted, revision }: { old?: corev1.Pod; deleted: boolean; revision: number }): void {
    const key = keyOf(pod);
    const wasPlaced = Boolean(old?.spec.nodeName ?? (deleted ? pod.spec.nodeName : undefined));
    const isOver = deleted || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (deleted) this.snapshot.removePod(pod);
    else if (pod.spec.nodeName) this.snapshot.setPod(pod);
    if (isOver && wasPlaced) this.moved(revision);
    if (deleted || !waitsForNode(pod)) {
      this.queue.remove(key);
      return;
    }
    // A pod's own status and annotations cannot make it fit.
    const fresh =
      !old || old.metadata.generation !== pod.metadata.generation || old.metadata.labels !== pod.metadata.labels || !waitsForNode(old);
    if (
      fresh &&
      (!old || JSON.stringify([old.spec, old.metadata.labels]) !== JSON.stringify([pod.spec, pod.metadata.labels]) || !waitsForNode(old))
    ) {
      this.queue.add(key, pod, revision);
      this.listener?.();
    } else {
      this.queue.renew(key, pod);
    }
  }

  private nodeChanged(node: corev1.Node, { old, deleted, revision }: { old?: corev1.Node; deleted: boolean; revision: number }): void {
    if (deleted) {
      this.snapshot.removeNode(node.metadata.name);
      return;
    }
    this.snapshot.setNode(node);
    if (offersMore(node, old)) this.moved(revision);
  }

  private volumesChanged(revision: number): void {
    this.queue.moveAll(revision, (pod) =>
      (pod.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined),
    );
    this.wake();
  }

  private moved(revision: number): void {
    this.queue.moveAll(revision);
    this.wake();
  }

  private wake(): void {
    if (this.queue.ready) this.listener?.();
  }
}

const watched = new Set([
  '/pods',
  '/nodes',
  '/namespaces',
  '/persistentvolumeclaims',
  '/persistentvolumes',
  'storage.k8s.io/storageclasses',
]);

/** Binds every pod that names no node, and the default scheduler, to the best node there is. */
export const kubeScheduler: Component = {
  name: NAME,
  interests: ({ group, resource, object, deleted }) => {
    if (!watched.has(`${group}/${resource}`)) return false;
    if (resource !== 'pods') return true;
    const pod = object as corev1.Pod;
    return deleted || waitsForNode(pod) || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  },
  open: (context) => Promise.resolve(new Scheduler(context)),
};
