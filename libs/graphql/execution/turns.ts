import { limits } from '../limits.js';

/** The functions of the event loop that this lib needs; the host provides them. */
export interface EventLoop {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** CPU time of this thread in milliseconds. */
  worked(): number;
  /** Runs after sockets and other callbacks have been processed. */
  nextTurn(run: () => void): void;
  /** Runs when every promise that can settle now has settled. */
  whenSettled(run: () => void): void;
  /** Runs after so many milliseconds; returns what cancels it. */
  after(milliseconds: number, run: () => void): () => void;
}

/**
 * Shares one event loop between operations: an operation works for at most one slice, then sockets are served, then the next operation
 * works. Tenants take turns, and so do the operations of a tenant.
 */
export class Turns {
  private readonly waiting = new Map<string, Set<Share>>();
  private running: Share | undefined;
  private sliceStart = 0;
  private workedBefore = 0;
  /** When this turn of the event loop began. */
  private turnStart = 0;
  private scheduled = false;

  constructor(
    private readonly loop: EventLoop,
    private readonly slice: number = limits.slice,
  ) {}

  /** The share of a new operation. */
  share(tenant: string): Share {
    return new Share(this, tenant);
  }

  now(): number {
    return this.loop.now();
  }

  /** Runs after so many milliseconds of the machine; returns what cancels it. */
  after(milliseconds: number, run: () => void): () => void {
    return this.loop.after(milliseconds, run);
  }

  /** Whether the share may continue to work. */
  has(share: Share): boolean {
    return this.running === share && this.now() - this.sliceStart < this.slice;
  }

  /** Milliseconds used of the current slice, if it is this share's. */
  current(share: Share): number {
    return this.running === share ? this.now() - this.sliceStart : 0;
  }

  enqueue(share: Share): void {
    const shares = this.waiting.get(share.tenant);
    if (shares) shares.add(share);
    else this.waiting.set(share.tenant, new Set([share]));
    this.schedule();
  }

  remove(share: Share): void {
    const shares = this.waiting.get(share.tenant);
    if (shares?.delete(share) && shares.size === 0) this.waiting.delete(share.tenant);
  }

  private schedule(): void {
    if (this.scheduled || this.running || this.waiting.size === 0) return;
    this.scheduled = true;
    this.loop.nextTurn(() => {
      this.scheduled = false;
      this.turnStart = this.now();
      this.work();
    });
  }

  private work(): void {
    const share = this.take();
    if (!share) return;
    this.running = share;
    this.sliceStart = this.now();
    this.workedBefore = this.loop.worked();
    const step = (): void => {
      if (this.has(share) && share.resume()) this.loop.whenSettled(step);
      else this.finish(share);
    };
    step();
  }

  /** The first operation of the tenant whose turn it is; the tenant's other operations move behind all other tenants. */
  private take(): Share | undefined {
    for (const [tenant, shares] of this.waiting) {
      const [share] = shares;
      this.waiting.delete(tenant);
      if (!share) continue;
      shares.delete(share);
      if (shares.size > 0) this.waiting.set(tenant, shares);
      return share;
    }
    return undefined;
  }

  private finish(share: Share): void {
    share.spend(this.loop.worked() - this.workedBefore);
    this.running = undefined;
    if (share.waits) this.enqueue(share);
    // Short operations, such as events of subscriptions, share a turn of the event loop.
    if (!this.scheduled && this.waiting.size > 0 && this.now() - this.turnStart < this.slice / 2) this.work();
    else this.schedule();
  }
}

/** One operation's share. */
export class Share {
  private waiters: Array<() => void> = [];
  private next = 0;
  private spent = 0;

  constructor(
    private readonly turns: Turns,
    readonly tenant: string,
  ) {}

  /** Undefined if the operation may continue; otherwise a promise that resolves when it is its turn. */
  turn(): Promise<void> | undefined {
    if (this.turns.has(this)) return undefined;
    return new Promise((resolve) => {
      this.waiters.push(resolve);
      this.turns.enqueue(this);
    });
  }

  /** Milliseconds this operation has worked. */
  get milliseconds(): number {
    return this.spent + this.turns.current(this);
  }

  get waits(): boolean {
    return this.next < this.waiters.length;
  }

  /** Resumes the part of the operation that has waited longest; false if none is waiting. */
  resume(): boolean {
    const waiter = this.waiters[this.next];
    if (!waiter) return false;
    this.next += 1;
    if (this.next === this.waiters.length) {
      this.waiters = [];
      this.next = 0;
    }
    waiter();
    return true;
  }

  spend(milliseconds: number): void {
    this.spent += milliseconds;
  }

  /** Drops the waiting parts: the operation is over. */
  stop(): void {
    this.waiters = [];
    this.next = 0;
    this.turns.remove(this);
  }
}
