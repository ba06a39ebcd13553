import type { Pause } from './component.js';
import type { Controller, OpenController } from './controller.js';
import type { EventSink } from './recorder.js';
import type { WorkItem, WorkQueue } from './work-queue.js';

/** A controller of an open component. */
export interface Running {
  controller: Controller;
  open: OpenController;
  queue: WorkQueue;
  /** Made for the first reconcile: most controllers of an idle cluster have none. */
  recorder: EventSink | undefined;
  active: number;
  /** Whether a reconcile can perhaps be started: a key was queued, or a reconcile has returned. */
  ready: boolean;
  /** Consecutive conflicts of a key; unset until there is one. */
  conflicts: Map<string, number> | undefined;
}

interface DrainBounds {
  /** How many may be started. */
  reconciles: number;
  /** Whether the component is down. */
  halted(): boolean;
  /** Called before each start; unset: the process has nothing else to do. */
  pause: Pause | undefined;
}

/** One drain: starts reconciles in a fixed order (controllers as listed, keys first in, first out) until no work is left. */
export class Drain {
  private inFlight = 0;
  private failed: unknown;
  private wake: (() => void) | undefined;

  constructor(
    private readonly running: readonly Running[],
    private readonly bounds: DrainBounds,
    private readonly reconcile: (running: Running, item: WorkItem) => Promise<void>,
  ) {}

  /** Throws the FencedError that ended it, after all started reconciles have returned. */
  async run(): Promise<void> {
    // Timers may be due, or keys left over from a drain whose budget was used up.
    for (const running of this.running) running.ready = true;
    for (;;) {
      const pause = this.startReady();
      if (pause === undefined && this.inFlight === 0) break;
      await (pause ??
        new Promise<void>((resolve) => {
          this.wake = resolve;
        }));
    }
    if (this.failed !== undefined) throw this.failed;
  }

  /** A reconcile has ended or a key was queued: starts what can be started. */
  progress(): void {
    this.wake?.();
  }

  private get goesOn(): boolean {
    return this.failed === undefined && this.bounds.reconciles > 0 && !this.bounds.halted();
  }

  /** Starts what can be started, or as much as fits into one piece of work: then the rest is to be started when the promise resolves. */
  private startReady(): Promise<void> | undefined {
    for (const running of this.running) {
      const pause = running.ready ? this.startAll(running) : undefined;
      if (pause !== undefined) return pause;
    }
    return undefined;
  }

  private startAll(running: Running): Promise<void> | undefined {
    running.ready = false;
    while (this.goesOn && running.active < running.open.concurrency) {
      const pause = this.bounds.pause?.();
      if (pause !== undefined) {
        running.ready = true;
        return pause;
      }
      const item = running.queue.take();
      if (item === undefined) return undefined;
      this.bounds.reconciles -= 1;
      void this.fly(running, item);
    }
    return undefined;
  }

  private async fly(running: Running, item: WorkItem): Promise<void> {
    this.inFlight += 1;
    running.active += 1;
    try {
      await this.reconcile(running, item);
    } catch (error) {
      this.failed ??= error;
    }
    running.active -= 1;
    running.ready = true;
    this.inFlight -= 1;
    this.progress();
  }
}
