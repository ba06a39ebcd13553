/**
 * Numbers what is under way at the same time under one key, from 0. What comes alone is always 0, so that a request draws the same names
 * whatever came, and failed, before it.
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
