/** What WorkShare needs from the machine. */
export interface WorkShareOptions {
  /** Runs a callback in the next iteration of the event loop (setImmediate). */
  immediate(callback: () => void): void;
  /** Runs a callback after the given milliseconds. */
  after(milliseconds: number, callback: () => void): void;
  /** Milliseconds of the machine, with an arbitrary origin. */
  now(): number;
  /** Milliseconds that work may run without yielding. */
  slice: number;
}

/** How long a tenant has to pause for each millisecond of overrun. */
const REST = 3;
/** Slices after which a step is long. */
const LONG = 4;
/** Slices that small steps may take together. */
const STRETCH = 4;
/** Milliseconds for which a tenant counts as active after its last request. */
const LATELY = 1_000;

/** One piece of work, e.g. the body of a list. */
export interface WorkTask {
  /**
   * To be called between small steps: undefined while the slice lasts; afterwards a promise that resolves when it is this tenant's turn.
   */
  pause(): Promise<void> | undefined;
  /** Resolves when it is this tenant's turn, for work that is known to take long. */
  turn(): Promise<void>;
  /**
   * Runs a step that cannot be interrupted, and waits for the tenant's next turn if it took longer than a slice. After a step that took
   * several slices no other step of the tenant runs before its next turn. Each step of a write is measured by itself: short steps do not
   * wait, and time spent waiting between steps is not counted.
   */
  step<T>(work: () => T): T | Promise<T>;
}

/**
 * Divides the event loop of a process among the tenants' long work: one slice per iteration of the loop, tenants in turn, a tenant's tasks
 * in the order in which they paused. Short work therefore waits for at most one slice, however much long work there is. A tenant that
 * overran its slice in an uninterruptible step pauses for three times the overrun if other tenants have been active lately: long steps take
 * at most a quarter of the loop while others need it, and all of it otherwise.
 */
export class WorkShare {
  private readonly waiting = new Map<string, Array<() => void>>();
  /** The two tenants that were active last, so that for each tenant it is known whether another one is active. */
  private latest = { tenant: '', at: Number.NEGATIVE_INFINITY };
  private other = { tenant: '', at: Number.NEGATIVE_INFINITY };
  /** When each pausing tenant may run again. */
  private readonly resting = new Map<string, number>();
  private scheduled = false;
  private sliceEnd = 0;
  /** When the small steps of this iteration of the loop have become long; unset before the first one. */
  private stretchEnd: number | undefined;

  constructor(private readonly options: WorkShareOptions) {}

  /** Starts work in what is left of the current slice. */
  task(tenant: string): WorkTask {
    const { now, slice } = this.options;
    this.note(tenant, now());
    let end = Math.max(now() + slice / 4, Math.min(this.sliceEnd, now() + slice));
    // Whether the turn that was waited for has not been used by a step yet.
    let granted = false;
    const turn = () => {
      return new Promise<void>((resolve) => {
        this.enqueue(tenant, () => {
          end = this.sliceEnd;
          granted = true;
          resolve();
        });
      });
    };
    const run = <T>(work: () => T): T | Promise<T> => {
      granted = false;
      const start = now();
      end = start + slice;
      const result = work();
      const at = now();
      if (at < end) return result;
      if (at - start >= LONG * slice) this.rest(tenant, at, at - end);
      return turn().then(() => result);
    };
    return {
      turn,
      pause: () => {
        const at = now();
        if (at < end) return undefined;
        this.rest(tenant, at, at - end);
        return turn();
      },
      step: (work) => (granted || !this.resting.has(tenant) ? run(work) : turn().then(() => run(work))),
    };
  }

  /**
   * To be called between small steps that follow one another without an event in between, whoever's they are: undefined until they have
   * taken several slices together; afterwards a promise that resolves when it is this tenant's turn.
   */
  pause(tenant: string): Promise<void> | undefined {
    const at = this.options.now();
    if (this.stretchEnd === undefined) {
      this.stretchEnd = at + STRETCH * this.options.slice;
      this.options.immediate(() => {
        this.stretchEnd = undefined;
      });
    }
    return at < this.stretchEnd ? undefined : new Promise((resolve) => this.enqueue(tenant, resolve));
  }

  private note(tenant: string, at: number): void {
    if (tenant === this.latest.tenant) this.latest.at = at;
    else [this.other, this.latest] = [this.latest, { tenant, at }];
  }

  private hasOthers(tenant: string, at: number): boolean {
    return [this.latest, this.other].some((seen) => seen.tenant !== tenant && at - seen.at < LATELY);
  }

  private rest(tenant: string, at: number, overrun: number): void {
    if (overrun < this.options.slice) return;
    for (const [rested, until] of this.resting) if (until < at - LATELY) this.resting.delete(rested);
    this.resting.set(tenant, at + (this.hasOthers(tenant, at) ? REST * overrun : 0));
  }

  private enqueue(tenant: string, resume: () => void): void {
    const queue = this.waiting.get(tenant);
    if (queue) queue.push(resume);
    else this.waiting.set(tenant, [resume]);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.options.immediate(() => {
      this.scheduled = false;
      this.next();
    });
  }

  private next(): void {
    const at = this.options.now();
    const tenant = this.tenantAt(at);
    if (tenant === undefined) return;
    const queue = this.waiting.get(tenant) ?? [];
    const resume = queue.shift();
    // Moves it to the end: the map keeps insertion order.
    this.waiting.delete(tenant);
    if (queue.length > 0) this.waiting.set(tenant, queue);
    this.resting.delete(tenant);
    this.sliceEnd = at + this.options.slice;
    resume?.();
    if (this.waiting.size > 0) this.schedule();
  }

  /** The first tenant that is not pausing; if all are, the loop is resumed when the first pause is over. */
  private tenantAt(at: number): string | undefined {
    let earliest = Number.POSITIVE_INFINITY;
    for (const tenant of this.waiting.keys()) {
      const until = this.resting.get(tenant) ?? 0;
      if (until <= at) return tenant;
      earliest = Math.min(earliest, until);
    }
    if (this.waiting.size > 0) this.options.after(Math.ceil(earliest - at), () => this.schedule());
    return undefined;
  }
}

/**
 * What a loop of small steps calls between them, as `pause` of a task that begins with its first step: what was waited for before that is no
 * work, and must not count as an overrun.
 */
export function loopOf(share: Pick<WorkShare, 'task'>, tenant: string): WorkTask['pause'] {
  let task: WorkTask | undefined;
  return () => {
    task ??= share.task(tenant);
    return task.pause();
  };
}

const ALONE: WorkTask = { pause: () => undefined, turn: async () => undefined, step: (work) => work() };

/** For a process with one cluster: nothing else waits. */
export const UNDIVIDED: Pick<WorkShare, 'task'> = { task: () => ALONE };
