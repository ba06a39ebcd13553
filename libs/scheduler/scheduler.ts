import { type corev1, Pod } from '#api';
import { formatKey, keyOf, StatusError } from '#apimachinery';
import type { CausalClient } from '#client';
import { MetricRegistry } from '#component-base';
import { bringsPods, isPodTerminal } from '#component-helpers';
import {
  type Budget,
  type ClusterContext,
  type Component,
  type ComponentInstance,
  type DrainResult,
  FAULTS_GROUP,
  FILES_GROUP,
  isFenced,
  type SchedulerSettings,
} from '#controller-runtime';
import { Binder, type Bound, type Decision, nominate, rejectedBy, rootCause } from './binding.js';
import { ClusterEvents, hintedResources, waitsForNode } from './cluster-events.js';
import { runCycle } from './cycle.js';
import type { Effects } from './framework.js';
import { type Attempt, SchedulerMetrics } from './metrics.js';
import { Nominator } from './nominator.js';
import { runPostFilters } from './post-filter.js';
import { DEFAULT_SCHEDULER, type Profile } from './profile.js';
import { type Profiles, schedulerProfiles } from './profiles.js';
import { SchedulingQueue, type Waiting } from './queue.js';
import { Recorders } from './recorders.js';
import { Snapshot } from './snapshot.js';
import { type Failed, UnschedulablePods } from './unschedulable.js';
import { type DueBinding, WaitingPods } from './waiting-pods.js';

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
  private readonly waiting = new WaitingPods();
  private profiles: Profiles;
  private settings: SchedulerSettings | undefined;
  /** The files of its configuration; unset with the defaults. */
  private configured: { node: string; revision: number } | undefined;
  private readonly metrics: SchedulerMetrics;
  private readonly unwatch: () => void;
  private readonly recorders: Recorders;
  private readonly binder: Binder;
  private readonly unschedulable: UnschedulablePods;
  private readonly events: ClusterEvents;
  private decisions = 0;
  private inFlight = 0;
  private progress: (() => void) | undefined;
  private listener: (() => void) | undefined;
  private failure: unknown;

  constructor(private readonly context: ClusterContext) {
    const { clock, informers } = context;
    this.profiles = schedulerProfiles({}, { informers, clock });
    this.metrics = new SchedulerMetrics(context.metrics ?? new MetricRegistry(), clock);
    this.queue = new SchedulingQueue(clock, this.profiles.rules, (queue, event) => this.metrics.entered(queue, event));
    this.unwatch = this.metrics.watch(this.queue, this.snapshot);
    this.recorders = new Recorders(context, NAME);
    const { queue, snapshot, nominator, waiting } = this;
    const released = (pod: corev1.Pod, node: string) => this.events.released(pod, node);
    this.binder = new Binder({ context, queue, snapshot, nominator, released });
    this.unschedulable = new UnschedulablePods({ context, queue, nominator });
    const abandoned = (pod: corev1.Pod) => this.abandon(waiting.take(pod));
    const wake = () => this.listener?.();
    const profiles = () => this.profiles;
    this.events = new ClusterEvents({ informers, queue, snapshot, nominator, waiting, profiles, abandoned, wake });
    this.events.follow();
  }

  onWork(listener: () => void): void {
    this.listener = listener;
  }

  hasWork(): boolean {
    return this.runs && (this.queue.ready || this.waiting.hasDue(this.context.clock.now()));
  }

  /** Whether it is not stopped, and comes up with its configuration. */
  private get runs(): boolean {
    const { faults, scheduler } = this.context;
    return faults.component(NAME) === undefined && (scheduler === undefined || scheduler.current() !== undefined);
  }

  /** Starts again if the configuration has changed: every pending pod is looked at anew. */
  private configure(): void {
    const settings = this.context.scheduler?.current();
    if (settings === undefined || settings === this.settings) return;
    const before = this.settings;
    this.settings = settings;
    this.configured = settings.configuration === undefined ? undefined : this.context.scheduler?.origin();
    if (settings.configuration === before?.configuration && settings.longestWait === before?.longestWait) return;
    const { informers, clock } = this.context;
    this.profiles = schedulerProfiles(settings, { informers, clock });
    this.queue.removeIf((pod) => this.profiles.of(pod) === undefined);
    this.queue.reconfigure(this.profiles.rules);
    for (const pod of informers.of(Pod).list())
      if (waitsForNode(pod) && this.profiles.of(pod)) this.queue.add(formatKey(keyOf(pod)), pod, undefined);
  }

  async drain(budget: Budget): Promise<DrainResult> {
    this.failure = undefined;
    await this.context.scheduler?.ready();
    this.configure();
    let left = budget.reconciles;
    for (;;) {
      if (this.runs) this.resume();
      left = await this.startCycles(left);
      if (this.inFlight === 0) break;
      await new Promise<void>((resolve) => {
        this.progress = resolve;
      });
    }
    await this.recorders.flushed();
    if (this.failure !== undefined) throw this.failure;
    return { more: this.hasWork(), nextAt: this.nextAt() };
  }

  close(): void {
    this.unwatch();
  }

  private nextAt(): number | undefined {
    if (!this.runs) return undefined;
    const [a, b] = [this.queue.nextAt(), this.waiting.nextAt()];
    return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
  }

  /** Runs cycles until the queue is empty or the budget is used up; their writes continue concurrently. Returns the remaining budget. */
  private async startCycles(budget: number): Promise<number> {
    let left = this.stretch(budget);
    while (this.canStart(left)) left = await this.context.inTurn(() => this.stretch(left));
    return left;
  }

  private canStart(budget: number): boolean {
    return budget > 0 && this.failure === undefined && this.inFlight < MOST_BINDINGS && this.runs && this.queue.ready;
  }

  /** Runs as many cycles as fit into one piece of work. */
  private stretch(budget: number): number {
    let left = budget;
    for (let looked = 0; looked < NODES_AT_A_STRETCH && this.canStart(left); looked += this.snapshot.nodes.length) {
      const waiting = this.queue.take();
      if (!waiting) break;
      left -= 1;
      void this.track(waiting, this.schedule(waiting));
    }
    return left;
  }

  /** Goes on with bindings that have waited. */
  private resume(): void {
    for (const due of this.waiting.takeDue(this.context.clock.now())) void this.track(due.decision.waiting, this.continue(due));
  }

  private async track(waiting: Waiting, work: Promise<void>): Promise<void> {
    this.inFlight += 1;
    try {
      await work;
    } catch (error) {
      if (isFenced(error)) this.failure ??= error;
      else this.report(waiting, error);
    }
    this.inFlight -= 1;
    this.progress?.();
  }

  private report({ key, pod, attempts }: Waiting, error: unknown): void {
    this.queue.fail(key, 'retry');
    const controller = pod.spec.schedulerName ?? DEFAULT_SCHEDULER;
    this.context.onFailure?.({ component: NAME, controller, key, error, failures: attempts });
  }

  private effects(profile: Profile, client: CausalClient): Effects {
    const recorder = this.recorders.of(profile.schedulerName).through(client);
    return { client, recorder, nominator: this.nominator, clock: this.context.clock, profile: profile.schedulerName };
  }

  /** The cycle itself is synchronous, so cycles never overlap; only the writes that follow are asynchronous. */
  private async schedule(waiting: Waiting): Promise<void> {
    const { key, pod, wokenBy } = waiting;
    const profile = this.profiles.of(pod);
    if (!profile) return this.queue.remove(key);
    const tried = this.context.clock.now();
    const client = this.deciding(wokenBy);
    // The turn is the number of pods that were given a node, so it is the same after a restart.
    const turn = this.snapshot.placed;
    const world = this.snapshot.world(this.context.informers, this.nominator);
    const { node, state, failure } = runCycle(pod, world, profile, turn);
    const effects = this.effects(profile, client);
    if (failure) {
      const postFilter = failure.nodes === 0 ? undefined : runPostFilters(pod, world, profile, { failure, offset: turn });
      this.metrics.preempted(profile, postFilter);
      return this.reject({ waiting, profile, tried }, { failure, postFilter }, effects);
    }
    const decision: Decision = { waiting, node: node.name, state, profile, tried };
    const rejection = this.binder.reserve(decision, node, world);
    if (rejection) return this.reject(decision, refused(rejection, decision), effects);
    if (this.binder.preparesBinding(decision)) await nominate(pod, node.name, client);
    return this.bound(decision, await this.binder.bind(decision, effects), client);
  }

  /** The client whose writes follow from the decision that is made now. */
  private deciding(wokenBy: number | undefined): CausalClient {
    const { seen } = this.events;
    this.decisions += 1;
    const { configured } = this;
    const decision = { seen, order: this.decisions, ...(configured && { configured }) };
    return this.context.client.as({ component: NAME, wokenBy, ...(seen > 0 && { decision }) });
  }

  private async continue({ decision, client, plugin, timedOut }: DueBinding): Promise<void> {
    const { waiting, profile } = decision;
    const effects = this.effects(profile, client);
    if (timedOut === undefined) return this.bound(decision, await this.binder.bind(decision, effects), client);
    this.waiting.end(waiting.key);
    this.binder.forget(decision);
    if (!plugin.permit) {
      this.metrics.attempted('error', decision);
      return this.unschedulable.failed(waiting, `running PreBind plugin "${plugin.name}": ${timedOut}`, effects);
    }
    const rejection = { reasons: [timedOut], final: false, plugin: plugin.name };
    return this.reject(decision, refused(rejection, decision), effects);
  }

  private async bound(decision: Decision, outcome: Bound, client: CausalClient): Promise<void> {
    const { waiting, profile } = decision;
    if (typeof outcome !== 'string' && 'wait' in outcome) return this.wait(decision, outcome, client);
    this.waiting.end(waiting.key);
    if (outcome === 'done') this.metrics.scheduled(decision);
    if (typeof outcome === 'string') return;
    const effects = this.effects(profile, client);
    if (outcome.rejection) return this.reject(decision, refused(outcome.rejection, decision), effects);
    this.metrics.attempted('error', decision);
    const cause = rootCause(outcome.error);
    if (cause instanceof StatusError && !isFenced(cause)) {
      const message = outcome.error instanceof Error ? outcome.error.message : cause.message;
      await this.unschedulable.failed(waiting, message, effects).catch((error: unknown) => {
        if (isFenced(error)) throw error;
        this.report(waiting, error);
      });
    }
    throw cause;
  }

  /** The pod does not fit. */
  private reject(decision: Attempt, failed: Failed, effects: Effects): Promise<void> {
    this.metrics.attempted('unschedulable', decision);
    return this.unschedulable.handle(decision.waiting, failed, effects);
  }

  /** The pod stays assumed, unless it has gone meanwhile. */
  private wait(decision: Decision, outcome: Bound, client: CausalClient): void {
    if (typeof outcome === 'string' || !('wait' in outcome)) return;
    const { metadata } = decision.waiting.pod;
    const current = this.context.informers.of(Pod).get(metadata.name, metadata.namespace);
    if (current?.metadata.uid === metadata.uid) this.waiting.add(decision, client, outcome, this.context.clock.now());
    else this.abandon(decision);
  }

  /** A pod that waited is gone. */
  private abandon(decision: Decision | undefined): void {
    if (!decision) return;
    this.binder.forget(decision);
    this.queue.remove(decision.waiting.key);
  }
}

/** A pod that was given a node and is rejected after that. */
const refused = (rejection: Parameters<typeof rejectedBy>[0], { node, state }: Decision): Failed => ({
  failure: rejectedBy(rejection, node, state),
  postFilter: undefined,
});

const watched = new Set(['/pods', '/nodes', '/namespaces', ...hintedResources.map(({ group, resource }) => `${group}/${resource}`)]);

/** Binds every pod that has no node and names one of its profiles to the best node. */
export const kubeScheduler: Component = {
  name: NAME,
  interests: ({ group, resource, object, deleted }) => {
    if (group === FAULTS_GROUP || group === FILES_GROUP) return true;
    if (!watched.has(`${group}/${resource}`)) return false;
    if (resource !== 'pods') return true;
    const pod = object() as corev1.Pod;
    return deleted || waitsForNode(pod) || isPodTerminal(pod);
  },
  anticipates: bringsPods,
  open: (context) => Promise.resolve(new Scheduler(context)),
};
