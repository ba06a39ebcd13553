import { type Clock, isConflict } from '#apimachinery';
import { CONTROLLER_DEFAULTS, MetricRegistry } from '#component-base';
import type {
  Budget,
  Change,
  ClusterContext,
  Component,
  ComponentChange,
  ComponentInstance,
  DrainResult,
  ManagerSettings,
} from './component.js';
import type { Controller, ReconcileContext, Reconciled } from './controller.js';
import { Drain, type Running } from './drain.js';
import { isFenced, reportDroppedEvents } from './failures.js';
import { FAULTS_GROUP } from './faults.js';
import { QueueCounter } from './queue-metrics.js';
import { createRecorder, type EventSink } from './recorder.js';
import { ReplayedInformers } from './replayed-informers.js';
import { type WorkItem, WorkQueue } from './work-queue.js';

/** Consecutive conflicts that are retried at once: the informer already has the newer object, so there is nothing to wait for. */
const PROMPT_CONFLICTS = 5;

/**
 * Combines many controllers into one component, as upstream compiles them into one binary: they share its turns, and reconciles of
 * different keys run concurrently, so that their writes share transactions.
 */
export function componentOf(name: string, controllers: readonly Controller[]): Component {
  const concerned = byResource(controllers);
  return {
    name,
    interests: (change) => change.group === FAULTS_GROUP || concerned(change).some((controller) => controller.interests(change)),
    open: (context) => Promise.resolve(new ControllersInstance(name, controllers, context)),
  };
}

/** Resources, of which clients may make any number, for which the controllers are remembered. */
const MOST_RESOURCES = 512;

/** The controllers that changes of a resource may concern: every change is asked about, and most resources concern few. */
function byResource(controllers: readonly Controller[]): (change: ComponentChange) => readonly Controller[] {
  const groups = new Map<string, Map<string, readonly Controller[]>>();
  let size = 0;
  return (change) => {
    const known = groups.get(change.group)?.get(change.resource);
    if (known !== undefined) return known;
    if (size >= MOST_RESOURCES) {
      groups.clear();
      size = 0;
    }
    size += 1;
    const resources = groups.get(change.group) ?? new Map<string, readonly Controller[]>();
    groups.set(change.group, resources);
    const found = controllers.filter(({ concerns }) => concerns?.(change) ?? true);
    resources.set(change.resource, found);
    return found;
  };
}

/** What kube-controller-manager does without flags. */
const DEFAULT_SETTINGS: ManagerSettings = {
  runs: () => true,
  signs: () => true,
  signingDuration: 365 * 24 * 3_600_000,
  options: CONTROLLER_DEFAULTS,
};

class ControllersInstance implements ComponentInstance {
  private readonly running: Running[];
  private readonly informers: ReplayedInformers;
  private readonly metrics: MetricRegistry;
  private readonly wall: Clock;
  private readonly skew: (host: string | undefined) => number;
  /** Those that run with the current settings. */
  private enabled: readonly Running[];
  private settings: ManagerSettings | undefined = DEFAULT_SETTINGS;
  /** The last settings with which it came up. */
  private followed: ManagerSettings | undefined;
  private closed = false;
  private draining: Drain | undefined;
  private listener: (() => void) | undefined;

  constructor(
    private readonly component: string,
    controllers: readonly Controller[],
    private readonly context: ClusterContext,
  ) {
    const { clock, informers, faults, resumeAfter = 0 } = context;
    this.skew = (host) => (host === undefined ? faults.skewOf(component) : faults.skewAt(host, clock.now()));
    this.wall = { now: () => clock.now() + this.skew(undefined) };
    this.informers = new ReplayedInformers(informers, resumeAfter);
    this.metrics = context.metrics ?? new MetricRegistry();
    const own = { ...context, informers: this.informers };
    this.running = controllers.map((controller) => {
      const counter = context.metrics && controller.queue !== undefined ? new QueueCounter(context.metrics, controller) : undefined;
      const queue = new WorkQueue(clock, counter);
      queue.onWork(() => {
        running.ready = true;
        this.draining?.progress();
        this.listener?.();
      });
      const running: Omit<Running, 'open'> = { controller, queue, recorder: undefined, active: 0, ready: false, conflicts: undefined };
      return Object.assign(running, { open: controller.open(own, queue) });
    });
    this.enabled = this.running;
  }

  onWork(listener: () => void): void {
    this.listener = listener;
  }

  hasWork(): boolean {
    this.follow();
    return this.enabled.some(({ queue }) => queue.ready);
  }

  replayDeletions(deletions: readonly Change[]): void {
    this.informers.replayDeletions(deletions);
  }

  async drain(budget: Budget): Promise<DrainResult> {
    this.informers.opened();
    const pending = this.context.manager?.ready();
    if (pending) await pending;
    this.follow();
    const { faults, pause } = this.context;
    const halted = () => faults.component(this.component) !== undefined;
    const bounds = { reconciles: budget.reconciles, halted, pause };
    const drain = new Drain(this.enabled, bounds, (running, item) => this.reconcile(running, item));
    this.draining = drain;
    try {
      await drain.run();
    } finally {
      this.draining = undefined;
      // Events are part of the turn: after it, another worker may write in this component's name.
      for (const { recorder } of this.running) if (recorder?.busy) await recorder.flushed();
    }
    let nextAt: number | undefined;
    for (const { queue } of this.enabled) {
      const due = queue.nextAt();
      if (due !== undefined && (nextAt === undefined || due < nextAt)) nextAt = due;
    }
    return { more: this.hasWork(), nextAt };
  }

  close(): void {
    this.closed = true;
    for (const { open } of this.running) open.close?.();
  }

  /** Lets the controllers run that the flags enable, as of now. What the others are to reconcile stays queued. */
  private follow(): void {
    const { manager } = this.context;
    if (manager === undefined) return;
    const settings = manager.current();
    if (settings === this.settings) return;
    const isChanged = settings !== undefined && this.followed !== settings;
    if (isChanged && this.followed) for (const { open } of this.running) open.restarted?.();
    if (settings !== undefined) this.followed = settings;
    this.settings = settings;
    this.enabled = this.running.filter(({ controller: { flag, name } }) => flag === '' || settings?.runs(flag ?? name) === true);
  }

  private async reconcile(running: Running, item: WorkItem): Promise<void> {
    const { controller, open, queue } = running;
    if (this.closed) return;
    const { key, wokenBy } = item;
    try {
      const result: Reconciled | undefined = await open.reconcile(key, this.contextFor(running, wokenBy));
      queue.forget(key);
      running.conflicts?.delete(key);
      if (result?.requeueAfter !== undefined) queue.addAfter(key, result.requeueAfter, wokenBy);
    } catch (error) {
      if (isFenced(error)) throw error;
      if (isConflict(error) && this.promptly(running, item)) return;
      const failures = queue.addRateLimited(key, wokenBy);
      this.context.onFailure?.({ component: this.component, controller: controller.name, key, error, failures });
    } finally {
      queue.done(key);
    }
  }

  /** Requeues a key at once after a conflict; false if there were too many in a row. */
  private promptly(running: Running, { key, wokenBy }: WorkItem): boolean {
    running.conflicts ??= new Map();
    const inARow = (running.conflicts.get(key) ?? 0) + 1;
    if (inARow > PROMPT_CONFLICTS) return false;
    running.conflicts.set(key, inARow);
    running.queue.add(key, wokenBy);
    return true;
  }

  private recorderOf(running: Running): EventSink {
    const { client, clock, random } = this.context;
    const { name, eventSource = name, eventStyle } = running.controller;
    running.recorder ??= createRecorder({
      client: client.as({ component: name }),
      clock,
      skew: this.skew,
      random,
      component: eventSource,
      ...(eventStyle === undefined ? {} : { style: eventStyle }),
      onFailure: reportDroppedEvents(this.context, this.component, name),
    });
    return running.recorder;
  }

  private contextFor(running: Running, wokenBy: number | undefined): ReconcileContext {
    const { cluster, informers, clock, random, profile, rootCA, keys, faults } = this.context;
    const client = this.context.client.as({ component: running.controller.name, wokenBy });
    const settings = this.settings ?? DEFAULT_SETTINGS;
    const { wall, metrics } = this;
    const recorder = this.recorderOf(running).through(client);
    return { cluster, client, informers, clock, wall, random, profile, rootCA, keys, faults, settings, recorder, metrics };
  }
}
