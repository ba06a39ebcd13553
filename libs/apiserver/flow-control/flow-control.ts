import { forbidden, StatusError, tooManyRequests } from '#apimachinery';
import type { AuthorizationAttributes } from '../authorization/authorization.js';
import { type Flow, type PriorityLevel, PriorityLevels, type PriorityObjects } from './priority-levels.js';

/** Releases the seats of a request. Safe to call more than once. */
export type Release = () => void;

/** What is told about a request that enters. */
export interface Entering {
  flow: Flow | undefined;
  seats: number;
  /** Why it gets no seats (apiserver_flowcontrol_rejected_requests_total). */
  rejection: string | undefined;
}

/** Makes requests wait until there are seats for their tenant. */
export interface FlowControl {
  /**
   * Resolves when the request may run; `width` is the number of seats it takes. Throws TooManyRequests, or 403 if the cluster's quota of
   * objects or bytes is used up. Tells `about` the request's flow and seats before it waits.
   */
  enter(attributes: AuthorizationAttributes, width: number, about?: Entering): Promise<Release>;
  /** The flow of a request that takes no seats. */
  flowOf(attributes: AuthorizationAttributes): Flow;
  /** Requests that are running and waiting now. */
  readonly inFlight: { running: number; waiting: number };
  /** The priority levels, and the waiting requests of each FlowSchema. */
  state(): { levels: PriorityLevel[]; waiting: Array<{ flow: Flow; requests: number }> };
  /** Counts a watch as open until it is released. Throws TooManyRequests. */
  watch(): Release;
}

/** Limits of one cluster in one process. */
export interface FlowLimits {
  /** Seats of all requests together. */
  readonly seats: number;
  /** How long a request waits at most, in milliseconds of the machine (a quarter of the request timeout, as upstream). */
  readonly queueWait: number;
  /** Requests that are running or waiting. */
  readonly requestsInFlight: number;
  /** Open watches. */
  readonly watches: number;
  /** Writes per second, sustained; the burst is the same number. */
  readonly writesPerSecond: number;
  /** Objects in the cluster, and their bytes. */
  readonly objects: number;
  readonly storedBytes: number;
}

export interface FlowControlOptions {
  /** Read at each request, because quotas change. */
  limits(): FlowLimits;
  objects: PriorityObjects;
  /** Objects and bytes in the cluster; undefined while unknown. */
  size(): { objects: number; bytes: number } | undefined;
  /** Milliseconds of the machine, with an arbitrary origin. */
  now(): number;
  /** Calls back once after the given milliseconds; returns a function that cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

interface Waiting {
  width: number;
  about: Entering | undefined;
  level: PriorityLevel;
  start(release: Release): void;
  refuse(error: StatusError): void;
  cancelTimer(): void;
}

/** Waiting requests of one flow, first in, first out. */
interface Queue {
  flow: Flow;
  level: PriorityLevel;
  requests: Waiting[];
}

/** 429 in upstream's words, sent as plain text (apiserver/pkg/server/filters/maxinflight.go tooManyRequests). */
export class TooManyRequests extends StatusError {
  constructor() {
    super(tooManyRequests('Too many requests, please try again later.', 1).status);
  }
}

/** The error of a request that gets no seats. */
function rejected(about: Entering | undefined, reason: 'concurrency-limit' | 'queue-full' | 'time-out'): TooManyRequests {
  if (about) about.rejection = reason;
  return new TooManyRequests();
}

/**
 * Updates are refused when this many times the allowed bytes are stored: not as soon as creates, since they may also make objects smaller.
 */
const UPDATE_ROOM = 1.25;

const MUTATING = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/**
 * API priority and fairness within the share of one cluster (apiserver/pkg/util/flowcontrol): requests take seats of their priority level,
 * and a level's seats are a part of the cluster's. If none is free they wait in the queue of their flow; queues are served in turn. The
 * exempt level is not limited within the cluster, only by the cluster's share.
 */
export class ClusterFlowControl implements FlowControl {
  private readonly levels: PriorityLevels;
  private readonly queues = new Map<string, Queue>();
  private readonly used = new Map<string, number>();
  private usedSeats = 0;
  private waiting = 0;
  private running = 0;
  private watches = 0;
  /** Writes that are allowed now; refills over time up to one second's worth. */
  private writes: number;
  private writesAt: number;

  constructor(private readonly options: FlowControlOptions) {
    this.levels = new PriorityLevels(options.objects);
    this.writes = options.limits().writesPerSecond;
    this.writesAt = options.now();
  }

  get inFlight(): { running: number; waiting: number } {
    return { running: this.running, waiting: this.waiting };
  }

  flowOf(attributes: AuthorizationAttributes): Flow {
    return this.levels.flowOf(attributes, this.options.limits().seats);
  }

  state(): ReturnType<FlowControl['state']> {
    const waiting = [...this.queues.values()].map(({ flow, requests }) => ({ flow, requests: requests.length }));
    return { levels: this.levels.all(this.options.limits().seats), waiting };
  }

  async enter(attributes: AuthorizationAttributes, width: number, about?: Entering): Promise<Release> {
    const limits = this.options.limits();
    const flow = this.levels.flowOf(attributes, limits.seats);
    const seats = Math.min(width, limits.seats);
    if (about) {
      about.flow = flow;
      about.seats = seats;
    }
    if (this.running + this.waiting >= limits.requestsInFlight) throw rejected(about, 'concurrency-limit');
    if (attributes.isResource && MUTATING.has(attributes.verb)) this.admitWrite(attributes, limits, about);
    if (this.waiting === 0 && this.fits(flow.level, seats)) return this.take(flow.level, seats);
    if (flow.level.reject) throw rejected(about, 'concurrency-limit');
    if ((this.queues.get(flow.id)?.requests.length ?? 0) >= flow.level.queueLength) throw rejected(about, 'queue-full');
    return new Promise<Release>((start, refuse) => this.wait(flow, { width: seats, about, start, refuse }));
  }

  watch(): Release {
    if (this.watches >= this.options.limits().watches) throw new TooManyRequests();
    this.watches += 1;
    let released = false;
    return () => {
      if (!released) this.watches -= 1;
      released = true;
    };
  }

  private admitWrite({ verb, group, resource, name }: AuthorizationAttributes, limits: FlowLimits, about: Entering | undefined): void {
    const now = this.options.now();
    const { writesPerSecond } = limits;
    this.writes = Math.min(writesPerSecond, this.writes + ((now - this.writesAt) * writesPerSecond) / 1000);
    this.writesAt = now;
    if (this.writes < 1) throw rejected(about, 'concurrency-limit');
    this.writes -= 1;
    const size = verb.startsWith('delete') ? undefined : this.options.size();
    if (size === undefined) return;
    const creates = verb === 'create';
    for (const [what, used, limited] of [
      ['objects', size.objects, creates ? limits.objects : Number.POSITIVE_INFINITY],
      ['bytes', size.bytes, creates ? limits.storedBytes : limits.storedBytes * UPDATE_ROOM],
    ] as const) {
      if (used < limited) continue;
      // The message of the ResourceQuota plugin (plugin/pkg/admission/resourcequota/controller.go).
      const text = `exceeded quota: organization, requested: ${what}=1, used: ${what}=${used}, limited: ${what}=${limited}`;
      throw forbidden({ group, resource }, name, text);
    }
  }

  private fits({ name, seats }: PriorityLevel, width: number): boolean {
    if (this.usedSeats + width > this.options.limits().seats) return false;
    const used = this.used.get(name) ?? 0;
    // A request that is wider than its level may run when the level is idle.
    return used + width <= seats || used === 0;
  }

  private take({ name }: PriorityLevel, width: number): Release {
    this.usedSeats += width;
    this.running += 1;
    this.used.set(name, (this.used.get(name) ?? 0) + width);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.usedSeats -= width;
      this.running -= 1;
      const left = (this.used.get(name) ?? 0) - width;
      if (left > 0) this.used.set(name, left);
      else this.used.delete(name);
      this.dispatch();
    };
  }

  private wait(flow: Flow, waiting: Omit<Waiting, 'level' | 'cancelTimer'>): void {
    const { id, level } = flow;
    const queue = this.queues.get(id) ?? { flow, level, requests: [] };
    this.queues.set(id, queue);
    const request: Waiting = {
      ...waiting,
      level,
      cancelTimer: this.options.after(this.options.limits().queueWait, () => this.timeOut(queue, request)),
    };
    queue.requests.push(request);
    this.waiting += 1;
    this.dispatch();
  }

  private timeOut(queue: Queue, request: Waiting): void {
    const index = queue.requests.indexOf(request);
    if (index < 0) return;
    queue.requests.splice(index, 1);
    this.waiting -= 1;
    if (queue.requests.length === 0) this.queues.delete(queue.flow.id);
    request.refuse(rejected(request.about, 'time-out'));
    this.dispatch();
  }

  /** Starts requests that fit, one of each queue in turn. */
  private dispatch(): void {
    for (let started = true; started; ) {
      started = false;
      for (const queue of [...this.queues.values()]) {
        const [request] = queue.requests;
        if (request === undefined || !this.fits(request.level, request.width)) continue;
        queue.requests.shift();
        this.waiting -= 1;
        // Moves it to the end: the map keeps insertion order.
        this.queues.delete(queue.flow.id);
        if (queue.requests.length > 0) this.queues.set(queue.flow.id, queue);
        request.cancelTimer();
        request.start(this.take(request.level, request.width));
        started = true;
      }
    }
  }
}
