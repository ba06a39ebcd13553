/** The first `most` of many items in an order: no more than these are kept, and adding one takes the logarithm of their number. */
export class Top<T> {
  /** A heap: no item stands before those below it at 2i + 1 and 2i + 2, in reverse order, so that the last one is at its top. */
  private readonly heap: T[] = [];

  constructor(
    private readonly most: number,
    /** Negative if the first stands before the second; never 0. */
    private readonly compare: (a: T, b: T) => number,
  ) {}

  add(item: T): void {
    if (this.heap.length < this.most) {
      this.heap.push(item);
      this.rise(this.heap.length - 1);
    } else if (this.heap[0] !== undefined && this.compare(item, this.heap[0]) < 0) {
      this.heap[0] = item;
      this.sink(0);
    }
  }

  /** Takes all of them out, the first one first. `turn`: called between items, may have to be waited for. */
  async inOrder(turn: () => Promise<void> | undefined): Promise<T[]> {
    const backwards: T[] = [];
    for (let last = this.takeLast(); last !== undefined; last = this.takeLast()) {
      backwards.push(last);
      const wait = turn();
      if (wait) await wait;
    }
    return backwards.reverse();
  }

  private takeLast(): T | undefined {
    const [last] = this.heap;
    const moved = this.heap.pop();
    if (this.heap.length > 0 && moved !== undefined) {
      this.heap[0] = moved;
      this.sink(0);
    }
    return last;
  }

  private stands(a: number, b: number): boolean {
    return this.compare(this.heap[a] as T, this.heap[b] as T) > 0;
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b] as T, this.heap[a] as T];
  }

  private rise(from: number): void {
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.stands(at, above)) return;
      this.swap(at, above);
      at = above;
    }
  }

  private sink(from: number): void {
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let largest = at;
      if (left < this.heap.length && this.stands(left, largest)) largest = left;
      if (right < this.heap.length && this.stands(right, largest)) largest = right;
      if (largest === at) return;
      this.swap(at, largest);
      at = largest;
    }
  }
}
