import { type Component, type ComponentChange, isWokenBy } from '../component.js';
import { openQueues, shardOf, type TurnJob, type TurnQueueOptions, timerOptions, turnOptions } from './turn-queue.js';

/** Requests turns from workers. Requests may be lost: the workers' sweep finds the work anyway. */
export interface Wakeups {
  /** Requests a turn. Many concurrent requests cost one or two jobs. */
  wake(cluster: string, component: string): void;
  /** Requests a turn after the given machine milliseconds; replaces the previous delayed request. */
  wakeAfter(cluster: string, component: string, milliseconds: number): void;
  /** A change was committed: wakes the components that are interested in it. */
  changed(cluster: string, change: ComponentChange): void;
  /** Resolves when all requests so far are in Redis (or have failed). */
  flushed(): Promise<void>;
  /** Number of requests that could not be queued. */
  readonly failures: number;
  close(): Promise<void>;
}

export interface WakeupsOptions extends TurnQueueOptions {
  /** All components that any worker runs. */
  components: readonly Pick<Component, 'name' | 'interests' | 'anticipates'>[];
}

/** Opens the producer side of the queues. */
export function createWakeups(options: WakeupsOptions): Wakeups {
  return new QueuedWakeups(options);
}

class QueuedWakeups implements Wakeups {
  private readonly queues;
  /** Adds in progress → whether another request came in the meantime. */
  private readonly inFlight = new Map<string, { again: boolean }>();
  private readonly pending = new Set<Promise<void>>();
  private closed = false;
  failures = 0;

  constructor(private readonly options: WakeupsOptions) {
    this.queues = openQueues(options);
  }

  wake(cluster: string, component: string): void {
    if (this.closed) return;
    const id = `${cluster}/${component}`;
    const flight = this.inFlight.get(id);
    if (flight !== undefined) {
      flight.again = true;
      return;
    }
    const started = { again: false };
    this.inFlight.set(id, started);
    const job = { cluster, component };
    this.track(this.queueOf(cluster).add('turn', job, turnOptions(job)), () => {
      this.inFlight.delete(id);
      if (started.again) this.wake(cluster, component);
    });
  }

  wakeAfter(cluster: string, component: string, milliseconds: number): void {
    if (this.closed) return;
    const job: TurnJob = { cluster, component };
    this.track(this.queueOf(cluster).add('timer', job, timerOptions(job, milliseconds)));
  }

  changed(cluster: string, change: ComponentChange): void {
    for (const component of this.options.components) if (isWokenBy(component, change)) this.wake(cluster, component.name);
  }

  async flushed(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.queues.map((queue) => queue.close()));
  }

  private queueOf(cluster: string) {
    const queue = this.queues[shardOf(cluster, this.queues.length)];
    if (queue === undefined) throw new Error('there is no queue');
    return queue;
  }

  private track(add: Promise<unknown>, then?: () => void): void {
    const done: Promise<void> = add
      .then(
        () => undefined,
        (error: unknown) => {
          this.failures += 1;
          this.options.onError?.(error);
        },
      )
      .then(() => {
        this.pending.delete(done);
        then?.();
      });
    this.pending.add(done);
  }
}
