import { tooManyRequests } from '#apimachinery';
import type { RestScope } from '#apiserver';
import { STREAM_LIMITS } from './limits.js';

const open = new Map<string, number>();

/** Counts one more open connection of the cluster in this process; returns a function that gives it back. Throws 429. */
export function takeConnection({ cluster }: RestScope): () => void {
  const { cluster: id } = cluster.store;
  const count = open.get(id) ?? 0;
  if (count >= STREAM_LIMITS.connections) throw tooManyRequests('too many streaming connections are open, please try again later', 1);
  open.set(id, count + 1);
  let taken = true;
  return () => {
    if (!taken) return;
    taken = false;
    const left = (open.get(id) ?? 1) - 1;
    if (left > 0) open.set(id, left);
    else open.delete(id);
  };
}

/** Calls back when nothing was sent or received for the idle time; `touch` says that something was. */
export class IdleTimer {
  private last: number;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly timers: RestScope['cluster']['timers'],
    private readonly onIdle: () => void,
  ) {
    this.last = timers.now();
    this.arm(STREAM_LIMITS.idle);
  }

  touch(): void {
    this.last = this.timers.now();
  }

  stop(): void {
    this.cancel?.();
  }

  private arm(wait: number): void {
    this.cancel = this.timers.after(wait, () => {
      const left = this.last + STREAM_LIMITS.idle - this.timers.now();
      if (left <= 0) this.onIdle();
      else this.arm(left);
    });
  }
}
