import type { corev1 } from '#api';
import { bringsPods, isPodTerminal } from '#component-helpers';
import {
  type Budget,
  type ClusterContext,
  type Component,
  type ComponentInstance,
  createRecorder,
  type DrainResult,
  type EventSink,
  FAULTS_GROUP,
  isFenced,
  reportDroppedEvents,
} from '#controller-runtime';
import { Binder } from './binding.js';
import { ClusterEvents, PROFILE, waitsForNode } from './cluster-events.js';
import { runCycle } from './cycle.js';
import type { World } from './framework.js';
import { Nominator } from './nominator.js';
import { plugins } from './plugins/index.js';
import { preempt } from './preemption/preempt.js';
import { SchedulingQueue, type Waiting } from './queue.js';
import { Snapshot } from './snapshot.js';
import { UnschedulablePods } from './unschedulable.js';

const NAME = 'kube-scheduler';
/** Maximum concurrent bindings. */
const MOST_BINDINGS = 500;
/** Nodes that cycles visit before they yield to other work of the process. */
const NODES_AT_A_STRETCH = 5_000;

/** The scheduler of one cluster: updates queue and snapshot from events, runs one cycle at a time, and binds concurrently. */
class Scheduler implements ComponentInstance {
  private readonly queue: SchedulingQueue;
  private readonly snapshot = new Snapshot();
  private readonly nominator = new Nominator();
  private readonly recorder: EventSink;
  private readonly binder: Binder;
  private readonly unschedulable: UnschedulablePods;
  private inFlight = 0;
  private progress: (() => void) | undefined;
  private listener: (() => void) | undefined;
  private failure: unknown;

  constructor(private readonly context: ClusterContext) {
    const { client, clock, random, informers } = context;
    this.queue = new SchedulingQueue(clock);
    const onFailure = reportDroppedEvents(context, NAME, PROFILE);
    this.recorder = createRecorder({
      client: client.as({ component: NAME }),
      clock,
      random,
      component: PROFILE,
      style: 'series',
      onFailure,
    });
    const { queue, snapshot, nominator, recorder } = this;
    this.binder = new Binder({ context, queue, snapshot, nominator, recorder });
    this.unschedulable = new UnschedulablePods({ context, queue, nominator, recorder });
    new ClusterEvents({ queue, snapshot, nominator, wake: () => this.listener?.() }).follow(informers);
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
      left = await this.startCycles(left);
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

  /** Runs cycles until the queue is empty or the budget is used up; their writes continue concurrently. Returns the remaining budget. */
  private async startCycles(budget: number): Promise<number> {
    let left = this.stretch(budget);
    while (this.canStart(left)) left = await this.context.inTurn(() => this.stretch(left));
    return left;
  }

  private canStart(budget: number): boolean {
    return (
      budget > 0 &&
      this.failure === undefined &&
      this.context.faults.component(NAME) === undefined &&
      this.inFlight < MOST_BINDINGS &&
      this.queue.ready
    );
  }

  /** Runs as many cycles as fit into one piece of work. */
  private stretch(budget: number): number {
    let left = budget;
    for (let looked = 0; looked < NODES_AT_A_STRETCH && this.canStart(left); looked += this.snapshot.nodes.length) {
      const waiting = this.queue.take();
      if (!waiting) break;
      left -= 1;
      void this.start(waiting);
    }
    return left;
  }

  private async start(waiting: Waiting): Promise<void> {
    this.inFlight += 1;
    try {
      await this.schedule(waiting);
    } catch (error) {
      if (isFenced(error)) this.failure ??= error;
      else this.report(waiting, error);
    }
    this.inFlight -= 1;
    this.progress?.();
  }

  private report({ key, attempts }: Waiting, error: unknown): void {
    this.queue.fail(key, true);
    this.context.onFailure?.({ component: NAME, controller: PROFILE, key, error, failures: attempts });
  }

  /** The cycle itself is synchronous, so cycles never overlap; only the writes that follow are asynchronous. */
  private async schedule(waiting: Waiting): Promise<void> {
    const { pod, wokenBy } = waiting;
    const client = this.context.client.as({ component: NAME, wokenBy });
    // Equal nodes take turns. The turn is the number of pods that were given a node, so it is the same after a restart.
    const turn = this.snapshot.placed;
    const world: World = { nodes: this.snapshot.nodes, informers: this.context.informers, nominator: this.nominator };
    const { node, failure } = runCycle(pod, world, plugins, turn);
    if (node) await this.binder.bind(waiting, node.name, client);
    else {
      const preemption = failure.nodes === 0 ? undefined : preempt(pod, world, { failure, offset: turn });
      await this.unschedulable.handle(waiting, { failure, preemption }, client);
    }
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

/** Binds every pod that has no node and names the default scheduler to the best node. */
export const kubeScheduler: Component = {
  name: NAME,
  interests: ({ group, resource, object, deleted }) => {
    if (group === FAULTS_GROUP) return true;
    if (!watched.has(`${group}/${resource}`)) return false;
    if (resource !== 'pods') return true;
    const pod = object() as corev1.Pod;
    return deleted || waitsForNode(pod) || isPodTerminal(pod);
  },
  anticipates: bringsPods,
  open: (context) => Promise.resolve(new Scheduler(context)),
};
