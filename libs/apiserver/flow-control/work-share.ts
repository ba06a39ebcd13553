/** What long work needs of the machine. */
export interface WorkShareOptions {
  /** Runs a callback when the event loop has come round once (setImmediate). */
  immediate(callback: () => void): void;
  /** Milliseconds of the machine, from any start. */
  now(): number;
  /** Milliseconds that work may go on at a stretch. */
  slice: number;
}

/** One piece of work, e.g. the body of a list. */
export interface WorkTask {
  /** To be asked between small steps: undefined while the slice lasts; afterwards a promise that resolves when it is this tenant's turn. */
  pause(): Promise<void> | undefined;
}

/**
 * Divides the event loop of one process among the tenants' long work: one slice each time the loop comes round, tenants by turns, a
 * tenant's tasks in the order in which they paused. So what is short waits for one slice at the most, however much long work there is.
 */
export class WorkShare {
  private readonly waiting = new Map<string, Array<() => void>>();
  private scheduled = false;
  private sliceEnd = 0;

  constructor(private readonly options: WorkShareOptions) {}

  /** Work that begins now, in what is left of the present slice. */
  task(tenant: string): WorkTask {
    const { now, slice } = this.options;
    let end = Math.max(now() + slice / 4, Math.min(this.sliceEnd, now() + slice));
    return {
      pause: () => {
        if (now() < end) return undefined;
        return new Promise<void>((resolve) => {
          this.enqueue(tenant, () => {
            end = this.sliceEnd;
            resolve();
          });
        });
      },
    };
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
    const [first] = this.waiting;
    if (first === undefined) return;
    const [tenant, queue] = first;
    const resume = queue.shift();
    // Behind the others: the map keeps the order in which tenants were put in.
    this.waiting.delete(tenant);
    if (queue.length > 0) this.waiting.set(tenant, queue);
    this.sliceEnd = this.options.now() + this.options.slice;
    resume?.();
    if (this.waiting.size > 0) this.schedule();
  }
}

/** Where nothing else waits: a process of one cluster. */
export const UNDIVIDED: Pick<WorkShare, 'task'> = { task: () => ({ pause: () => undefined }) };
