import { type Job, Worker } from 'bullmq';
import type { Instant } from '#apimachinery';
import { Compacted, type LaggingTurn, type LogEntry, type StorageAdmin, UnknownCluster } from '#storage';
import type { Component, ComponentChange } from '../component.js';
import type { HostedCluster, Linger, TurnOutcome } from '../turn.js';
import { LoopWatch, processCpu } from './loop-watch.js';
import { OpenClusters } from './open-clusters.js';
import { isTurnJob, QUEUE, shardPrefix, type TurnJob, type TurnJobName, type TurnQueueOptions } from './turn-queue.js';
import type { Wakeups } from './wakeups.js';

/** A worker that does not renew its lock for this long loses its turn (ms). */
const LOCK_DURATION = 2_000;
/** Timers up to this long are kept in the process; longer ones in Redis (ms). */
const SHORT_TIMER = 1_000;
/** Delay before retrying a failed turn (ms). */
const RETRY_AFTER = 1_000;
const SWEEP_LIMIT = 500;
/** Log entries that a sweep looks at; a component that is further behind is woken. */
const SWEEP_ENTRIES = 200;

export interface WorkerHostOptions extends TurnQueueOptions {
  wakeups: Wakeups;
  admin: Pick<StorageAdmin, 'lagging' | 'open'>;
  /** A log entry as a change for `interests`; undefined if it concerns no component. */
  changeOf(entry: LogEntry): ComponentChange | undefined;
  /** Opens a cluster in this process. Throws UnknownCluster if it does not exist. */
  openCluster(cluster: string): Promise<HostedCluster>;
  /** The components this worker runs. */
  components: readonly Component[];
  /** Machine time, milliseconds since the epoch. */
  now(): Instant;
  /** Concurrent turns, over all clusters. Default 16. */
  concurrency?: number;
  /** Reconciles after which a turn yields to waiting ones. Default 200. */
  budget?: number;
  /** A turn ends after this many milliseconds without work. Default 15. */
  quiet?: number;
  /** Machine milliseconds after which an unused cluster is closed. Default 60,000. */
  idle?: number;
  /** The same for a cluster with a stepped clock. Default ten times `idle`. */
  conductedIdle?: number;
  /** Maximum number of open clusters. Default 500. */
  mostOpen?: number;
  /** Maximum bytes of all open clusters. Default 256 MiB. */
  mostBytes?: number;
  /** Interval between sweeps for lost wake-ups and timers, in milliseconds. Default 5,000. */
  sweepEvery?: number;
  onError?: (error: unknown, turn?: TurnJob) => void;
  /** Called after every turn, for metrics. */
  onTurn?: (turn: TurnJob & { milliseconds: number; outcome: TurnOutcome }) => void;
  /** Called when a turn is parked because it has lost too many holders. */
  onParked?: (turn: TurnJob & { until: Instant; lost: number }) => void;
}

/** Takes turns of components as BullMQ assigns them. At most one turn per (cluster, component) is active across all workers. */
export interface WorkerHost {
  /** Requests a turn, unless a turn that is running here will process it. */
  wake(cluster: string, component: string): void;
  /** A change was committed by this process: wakes the components that are interested in it. */
  changed(cluster: string, change: ComponentChange): void;
  /** Closes a cluster in this process. */
  forget(cluster: string): void;
  /** Requests turns of components that are behind their log or have a due timer. */
  sweep(): Promise<void>;
  readonly openClusters: number;
  /** Whether a running turn of this process will process what is committed now. */
  absorbs(cluster: string, component: string): boolean;
  /** Stops taking turns and waits for the running ones to end. */
  close(): Promise<void>;
}

/** Starts a worker. */
export function createWorkerHost(options: WorkerHostOptions): WorkerHost {
  return new BullWorkerHost(options);
}

class BullWorkerHost implements WorkerHost {
  private readonly clusters: OpenClusters;
  private readonly components: ReadonlyMap<string, Component>;
  private readonly workers: Worker<TurnJob, void, TurnJobName>[];
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly lingering = new Set<() => void>();
  private readonly sweeper: ReturnType<typeof setInterval>;
  private readonly loop: LoopWatch;
  private active = 0;
  private closing = false;

  constructor(private readonly options: WorkerHostOptions) {
    this.components = new Map(options.components.map((component) => [component.name, component]));
    this.clusters = new OpenClusters(options.openCluster, options.now);
    this.loop = new LoopWatch({ limit: LOCK_DURATION, now: options.now, cpu: processCpu });
    this.workers = Array.from({ length: options.shards ?? 1 }, (_, shard) => this.startWorker(shard));
    this.sweeper = setInterval(() => void this.tidy(), options.sweepEvery ?? 5_000);
    this.sweeper.unref();
    // Work of a stopped worker does not have to wait for the first interval.
    void this.tidy();
  }

  get openClusters(): number {
    return this.clusters.size;
  }

  wake(cluster: string, component: string): void {
    if (!this.clusters.absorbs(cluster, component)) this.options.wakeups.wake(cluster, component);
  }

  changed(cluster: string, change: ComponentChange): void {
    for (const component of this.components.values()) if (component.interests(change)) this.wake(cluster, component.name);
  }

  forget(cluster: string): void {
    this.clusters.forget(cluster);
  }

  async sweep(): Promise<void> {
    const { admin, now } = this.options;
    const found = await admin.lagging({ now: now(), components: [...this.components.keys()], limit: SWEEP_LIMIT });
    const behind = new Map<string, LaggingTurn[]>();
    for (const turn of found) {
      if (turn.due) this.wake(turn.cluster, turn.component);
      else behind.set(turn.cluster, [...(behind.get(turn.cluster) ?? []), turn]);
    }
    for (const [cluster, turns] of behind) await this.wakeConcerned(cluster, turns);
  }

  /** Wakes the components that are interested in an entry after their cursor, and moves the cursors of the others. */
  private async wakeConcerned(cluster: string, turns: readonly LaggingTurn[]): Promise<void> {
    const store = this.options.admin.open(cluster);
    try {
      const entries = await store.log({ after: Math.min(...turns.map(({ cursor }) => cursor)), limit: SWEEP_ENTRIES });
      const last = entries.at(-1)?.revision ?? 0;
      for (const { component, cursor } of turns) {
        const unknown = entries.length === SWEEP_ENTRIES;
        if (unknown || this.concerns(component, entries, cursor)) this.wake(cluster, component);
        else await store.skipTurn(component, cursor, last);
      }
    } catch (error) {
      if (error instanceof UnknownCluster) return;
      if (!(error instanceof Compacted)) throw error;
      for (const { component } of turns) this.wake(cluster, component);
    }
  }

  private concerns(component: string, entries: readonly LogEntry[], after: number): boolean {
    return entries.some((entry) => {
      const change = entry.revision > after ? this.options.changeOf(entry) : undefined;
      return change !== undefined && this.components.get(component)?.interests(change) === true;
    });
  }

  absorbs(cluster: string, component: string): boolean {
    return this.clusters.absorbs(cluster, component);
  }

  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.sweeper);
    this.loop.close();
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const stop of this.lingering) stop();
    await Promise.all(this.workers.map((worker) => worker.close()));
    this.clusters.close();
  }

  private startWorker(shard: number): Worker<TurnJob, void, TurnJobName> {
    const { connection, onError } = this.options;
    const worker = new Worker<TurnJob, void, TurnJobName>(QUEUE, (job) => this.process(job), {
      connection,
      prefix: shardPrefix(this.options, shard),
      concurrency: this.concurrency,
      lockDuration: LOCK_DURATION,
      stalledInterval: LOCK_DURATION,
      // A turn may be retried without limit: fencing tokens keep former holders from writing.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.on('error', (error) => onError?.(error));
    return worker;
  }

  private get concurrency(): number {
    return this.options.concurrency ?? 16;
  }

  /** Never throws: a failed job would delay the run that was requested while it was active. */
  private async process(job: Job<TurnJob, void, TurnJobName>): Promise<void> {
    if (!isTurnJob(job.data)) {
      this.options.onError?.(new Error('a job of the queue is malformed and was ignored'));
      return;
    }
    const { cluster, component } = job.data;
    if (job.name === 'timer') {
      this.wake(cluster, component);
      return;
    }
    const found = this.components.get(component);
    if (found === undefined) {
      this.options.onError?.(new Error(`this worker has no component ${component}`), job.data);
      return;
    }
    this.active += 1;
    try {
      await this.takeTurn(cluster, found);
    } catch (error) {
      if (error instanceof UnknownCluster) return;
      this.options.onError?.(error, job.data);
      this.options.wakeups.wakeAfter(cluster, component, RETRY_AFTER);
    } finally {
      this.active -= 1;
    }
  }

  private async takeTurn(cluster: string, component: Component): Promise<void> {
    const started = this.options.now();
    const { hosted, seat, release } = await this.clusters.hold(cluster, component);
    let drop = true;
    try {
      if (hosted.conductor !== undefined && hosted.conductor !== component.name) {
        drop = false;
        this.wake(cluster, hosted.conductor);
        return;
      }
      const { now } = this.options;
      const shared = { now, stalledSince: (start: Instant) => this.loop.stalledSince(start) };
      const outcome = await seat.turn({ budget: { reconciles: this.options.budget ?? 200 }, linger: this.linger(), shared });
      drop = outcome.fenced;
      this.follow({ cluster, component: component.name }, outcome, hosted);
      this.options.onTurn?.({ cluster, component: component.name, milliseconds: this.options.now() - started, outcome });
    } finally {
      release(drop);
    }
  }

  /** After a turn: requests the rest of the work, or sets the next timer. */
  private follow({ cluster, component }: TurnJob, { more, nextAt, parked }: TurnOutcome, hosted: HostedCluster): void {
    const id = `${cluster}/${component}`;
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    if (parked !== undefined) {
      this.options.wakeups.wakeAfter(cluster, component, Math.max(0, parked.until - this.options.now()));
      if (parked.anew) this.options.onParked?.({ cluster, component, until: parked.until, lost: parked.lost });
      return;
    }
    if (more) this.options.wakeups.wake(cluster, component);
    const delay = nextAt === undefined ? undefined : hosted.delayUntil(nextAt);
    if (more || delay === undefined || this.closing) return;
    if (delay > SHORT_TIMER) {
      this.options.wakeups.wakeAfter(cluster, component, delay);
      return;
    }
    const timer = setTimeout(
      () => {
        this.timers.delete(id);
        this.wake(cluster, component);
      },
      Math.max(0, delay),
    );
    this.timers.set(id, timer);
  }

  private linger(): Linger {
    return {
      quiet: this.options.quiet ?? 15,
      othersWait: () => this.closing || this.active >= this.concurrency,
      wait: (milliseconds) => this.waitStoppable(milliseconds),
    };
  }

  private waitStoppable(milliseconds: number): { promise: Promise<void>; stop(): void } {
    let stop = (): void => undefined;
    const promise = new Promise<void>((resolve) => {
      const timer = setTimeout(() => stop(), milliseconds);
      stop = () => {
        clearTimeout(timer);
        this.lingering.delete(stop);
        resolve();
      };
      this.lingering.add(stop);
    });
    return { promise, stop: () => stop() };
  }

  private async tidy(): Promise<void> {
    const { idle = 60_000, conductedIdle = 10 * idle, mostOpen = 500, mostBytes = 256 * 1024 * 1024 } = this.options;
    this.clusters.evict({ idle, conductedIdle, most: mostOpen, bytes: mostBytes });
    try {
      await this.sweep();
    } catch (error) {
      this.options.onError?.(error);
    }
  }
}
