import type { Instant } from '#apimachinery';

interface Timer<T> {
  at: Instant;
  /** Order of timers with the same instant: in the order they were set. */
  sequence: number;
  value: T;
}

/** Timers as data: a binary heap ordered by instant, then by the order in which they were set. One timer per value; nothing here waits. */
export class TimerHeap<T> {
  private readonly heap: Timer<T>[] = [];
  private readonly live = new Map<T, Timer<T>>();
  private sequence = 0;

  /** Sets a value's timer. If one is set already, the earlier one is kept (client-go delaying_queue.go insert). */
  set(value: T, at: Instant): void {
    const present = this.live.get(value);
    if (present !== undefined && present.at <= at) return;
    const timer = { at, sequence: this.sequence++, value };
    this.live.set(value, timer);
    this.heap.push(timer);
    this.siftUp(this.heap.length - 1);
  }

  clear(value: T): void {
    this.live.delete(value);
  }

  /** The instant of the next timer. */
  nextAt(): Instant | undefined {
    return this.top()?.at;
  }

  /** Removes and returns one value whose timer is due. */
  takeDue(now: Instant): { value: T } | undefined {
    const top = this.top();
    if (top === undefined || top.at > now) return undefined;
    this.removeTop();
    this.live.delete(top.value);
    return { value: top.value };
  }

  /** The next live timer; removes cleared and superseded ones. */
  private top(): Timer<T> | undefined {
    for (;;) {
      const top = this.heap[0];
      if (top === undefined || this.live.get(top.value) === top) return top;
      this.removeTop();
    }
  }

  private removeTop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.siftDown(0);
  }

  private siftUp(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  private siftDown(start: number): void {
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child = this.earlier(right, left) ? right : left;
      if (!this.swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  private swapIfEarlier(lower: number, upper: number): boolean {
    const a = this.heap[lower];
    const b = this.heap[upper];
    if (a === undefined || b === undefined || !this.earlier(lower, upper)) return false;
    this.heap[lower] = b;
    this.heap[upper] = a;
    return true;
  }

  private earlier(left: number, right: number): boolean {
    const a = this.heap[left];
    const b = this.heap[right];
    if (a === undefined) return false;
    return b === undefined || a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
  }
}
