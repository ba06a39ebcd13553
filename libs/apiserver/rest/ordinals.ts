/**
 * Numbers concurrent operations on the same key, from 0. A single one always gets 0, so a request draws the same names whatever was done,
 * or failed, before it.
 */
export class Ordinals {
  private readonly underWay = new Map<string, { next: number; active: number }>();

  async take<R>(key: string, work: (ordinal: number) => Promise<R>): Promise<R> {
    const entry = this.underWay.get(key) ?? { next: 0, active: 0 };
    this.underWay.set(key, entry);
    entry.active += 1;
    try {
      return await work(entry.next++);
    } finally {
      entry.active -= 1;
      if (entry.active === 0) this.underWay.delete(key);
    }
  }
}
