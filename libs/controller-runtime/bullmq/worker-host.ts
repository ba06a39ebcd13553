import { type Job, Worker } from 'bullmq';
import type { Instant } from '#apimachinery';
import { CLOCK, type LogEntry, type StorageAdmin, UnknownCluster } from '#storage';
import type { Component, ComponentChange } from '../component.js';
import type { HostedCluster, TurnOutcome } from '../turn.js';
import type { ClusterHomes } from './cluster-homes.js';
import { LoopWatch, processCpu } from './loop-watch.js';
import { LostTurns } from './lost-turns.js';
import { OpenClusters } from './open-clusters.js';
import { isTurnJob, QUEUE, shardPrefix, type TurnJob, type TurnJobName, type TurnQueueOptions } from './turn-queue.js';
import type { Wakeups } from './wakeups.js';

/** A worker that does not renew its lock for this long loses its turn (ms). */
const LOCK_DURATION = 2_000;
/** Timers up to this long are kept in the process; longer ones in Redis (ms). */
const SHORT_TIMER = 1_000;
/** While others wait for its slot, a turn without work waits this long for what other components of its cluster do (ms). */
const PATIENCE = 1_000;
/** The share of the slots whose turns may wait so long: clusters that are always at work must leave some to the others. */
const PATIENT = 0.75;
/** Delay before retrying a failed turn (ms). */
const RETRY_AFTER = 1_000;

export interface WorkerHostOptions extends TurnQueueOptions {
  wakeups: Wakeups;
  admin: Pick<StorageAdmin, 'lagging' | 'open'>;
  /** Set where several workers share the clusters. */
  homes?: ClusterHomes;
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
  /** Clusters of which a turn that was passed on is running, and whether another one was passed on meanwhile. */
  private readonly passed = new Map<string, boolean>();
  private readonly sweeper: ReturnType<typeof setInterval>;
  private readonly loop: LoopWatch;
  private readonly lost: LostTurns;
  private readonly lingerTerms;
  private active = 0;
  private closing = false;

  constructor(private readonly options: WorkerHostOptions) {
    this.components = new Map(options.components.map((component) => [component.name, component]));
    this.clusters = new OpenClusters(options.openCluster, options.now);
    this.lingerTerms = {
      quiet: options.quiet ?? 15,
      patience: PATIENCE,
      now: options.now,
      othersWait: () => this.closing || this.active >= this.concurrency,
      lingering: { count: 0, most: Math.floor(this.concurrency * PATIENT) },
    };
    this.loop = new LoopWatch({ limit: LOCK_DURATION, now: options.now, cpu: processCpu });
    const { admin, now, changeOf } = options;
    const wake = (cluster: string, component: string) => this.wake(cluster, component);
    const takenSince = (cluster: string, component: string, since: number) => this.clusters.takenSince(cluster, component, since);
    this.lost = new LostTurns({ admin, now, changeOf, components: this.components, wake, takenSince });
    options.homes?.onPassed((cluster) => void this.takePassed(cluster));
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
    for (const [id, one] of this.components) if (!this.absorbs(cluster, id) && one.interests(change)) this.wake(cluster, id);
  }

  forget(cluster: string): void {
    this.clusters.forget(cluster);
  }

  sweep(): Promise<void> {
    return this.lost.wake();
  }

  absorbs(cluster: string, component: string): boolean {
    return this.clusters.absorbs(cluster, component);
  }

  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.sweeper);
    this.loop.close();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.clusters.stopLingering();
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
    if (component === CLOCK && (await this.passedOn(cluster))) return;
    await this.trackTurn(cluster, found);
  }

  /** Whether another worker takes this turn. If that cannot be asked, this one does. */
  private async passedOn(cluster: string): Promise<boolean> {
    try {
      return (await this.options.homes?.passOn(cluster)) === true;
    } catch (error) {
      this.options.onError?.(error, { cluster, component: CLOCK });
      return false;
    }
  }

  /** Takes a turn of the clock that another worker has passed on; those that are passed on meanwhile are one more. */
  private async takePassed(cluster: string): Promise<void> {
    const clock = this.components.get(CLOCK);
    if (clock === undefined || this.closing) return;
    if (this.passed.has(cluster)) {
      this.passed.set(cluster, true);
      return;
    }
    do {
      this.passed.set(cluster, false);
      await this.trackTurn(cluster, clock);
    } while (this.passed.get(cluster) === true);
    this.passed.delete(cluster);
  }

  private async trackTurn(cluster: string, component: Component): Promise<void> {
    this.active += 1;
    try {
      await this.takeTurn(cluster, component);
    } catch (error) {
      if (error instanceof UnknownCluster) return;
      this.options.onError?.(error, { cluster, component: component.name });
      this.options.wakeups.wakeAfter(cluster, component.name, RETRY_AFTER);
    } finally {
      this.active -= 1;
    }
  }

  private async takeTurn(cluster: string, component: Component): Promise<void> {
    const started = this.options.now();
    const { hosted, seat, turns, release } = await this.clusters.hold(cluster, component);
    const turn = turns.begin(this.lingerTerms);
    let drop = true;
    try {
      if (hosted.conductor !== undefined && hosted.conductor !== component.name) {
        drop = false;
        this.wake(cluster, hosted.conductor);
        return;
      }
      const { now } = this.options;
      const shared = { now, stalledSince: (start: Instant) => this.loop.stalledSince(start) };
      const outcome = await seat.turn({ budget: { reconciles: this.options.budget ?? 200 }, linger: turn.linger, shared });
      drop = outcome.fenced;
      this.follow({ cluster, component: component.name }, outcome, hosted);
      this.options.onTurn?.({ cluster, component: component.name, milliseconds: this.options.now() - started, outcome });
    } finally {
      turn.end();
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
