/** What long work needs of the machine. */
export interface WorkShareOptions {
  /** Runs a callback when the event loop has come round once (setImmediate). */
  immediate(callback: () => void): void;
  /** Runs a callback after so many milliseconds. */
  after(milliseconds: number, callback: () => void): void;
  /** Milliseconds of the machine, from any start. */
  now(): number;
  /** Milliseconds that work may go on at a stretch. */
  slice: number;
}

/** How long a tenant rests for each millisecond that it worked too long. */
const REST = 3;
/** Milliseconds for which a tenant counts as one of those that ask. */
const LATELY = 1_000;

/** One piece of work, e.g. the body of a list. */
export interface WorkTask {
  /** To be asked between small steps: undefined while the slice lasts; afterwards a promise that resolves when it is this tenant's turn. */
  pause(): Promise<void> | undefined;
  /** Resolves when it is this tenant's turn: for work that is known to be long. */
  turn(): Promise<void>;
  /**
   * Does what cannot be cut, and waits for the tenant's next turn where that took longer than a slice. So the steps of a write count one
   * by one: short ones never wait, and what is waited for between them counts for nothing.
   */
  step<T>(work: () => T): T | Promise<T>;
}

/**
 * Divides the event loop of one process among the tenants' long work: one slice each time the loop comes round, tenants by turns, a
 * tenant's tasks in the order in which they paused. So what is short waits for one slice at the most, however much long work there is.
 * A tenant that worked longer than its slice, in a step that cannot be cut, rests three times as long as it worked too long, where
 * others have asked for something lately: so long steps take a quarter of the loop from them at the most, and all of it from nobody.
 */
export class WorkShare {
  private readonly waiting = new Map<string, Array<() => void>>();
  /** The tenants that asked last: two different ones, so that each has another. */
  private latest = { tenant: '', at: Number.NEGATIVE_INFINITY };
  private other = { tenant: '', at: Number.NEGATIVE_INFINITY };
  /** Until when a tenant rests. */
  private readonly resting = new Map<string, number>();
  private scheduled = false;
  private sliceEnd = 0;

  constructor(private readonly options: WorkShareOptions) {}

  /** Work that begins now, in what is left of the present slice. */
  task(tenant: string): WorkTask {
    const { now, slice } = this.options;
    this.note(tenant, now());
    let end = Math.max(now() + slice / 4, Math.min(this.sliceEnd, now() + slice));
    const turn = () => {
      return new Promise<void>((resolve) => {
        this.enqueue(tenant, () => {
          end = this.sliceEnd;
          resolve();
        });
      });
    };
    const pause = () => {
      const at = now();
      if (at < end) return undefined;
      this.rest(tenant, at, at - end);
      return turn();
    };
    return {
      turn,
      pause,
      step(work) {
        end = now() + slice;
        const result = work();
        const wait = pause();
        return wait === undefined ? result : wait.then(() => result);
      },
    };
  }

  private note(tenant: string, at: number): void {
    if (tenant === this.latest.tenant) this.latest.at = at;
    else [this.other, this.latest] = [this.latest, { tenant, at }];
  }

  private hasOthers(tenant: string, at: number): boolean {
    return [this.latest, this.other].some((seen) => seen.tenant !== tenant && at - seen.at < LATELY);
  }

  private rest(tenant: string, at: number, overrun: number): void {
    if (overrun < this.options.slice || !this.hasOthers(tenant, at)) return;
    for (const [rested, until] of this.resting) if (until <= at) this.resting.delete(rested);
    this.resting.set(tenant, at + REST * overrun);
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
    // Behind the others: the map keeps the order in which tenants were put in.
    this.waiting.delete(tenant);
    if (queue.length > 0) this.waiting.set(tenant, queue);
    this.sliceEnd = at + this.options.slice;
    resume?.();
    if (this.waiting.size > 0) this.schedule();
  }

  /** The first tenant that does not rest; where all do, the loop comes back when one has rested. */
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

const ALONE: WorkTask = { pause: () => undefined, turn: async () => undefined, step: (work) => work() };

/** Where nothing else waits: a process of one cluster. */
export const UNDIVIDED: Pick<WorkShare, 'task'> = { task: () => ALONE };
