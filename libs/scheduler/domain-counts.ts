/**
 * Numbers of pods by domain of one topology key. A clone shares the counts and stores only differences, so trying something on one of many
 * nodes costs only what was tried; while it is in use, the original must not change.
 */
export class DomainCounts {
  private readonly changes = new Map<string, number>();
  /** The lowest count, computed on first use. */
  private least: number | undefined;

  constructor(
    private readonly counts = new Map<string, number>(),
    /** How many domains have a count. */
    private readonly domains = new Map<number, number>(),
    private readonly isClone = false,
  ) {}

  get size(): number {
    return this.counts.size;
  }

  of(domain: string): number {
    const count = this.counts.get(domain) ?? 0;
    return this.changes.size === 0 ? count : count + (this.changes.get(domain) ?? 0);
  }

  add(domain: string, amount: number): void {
    this.least = undefined;
    if (this.isClone) {
      this.changes.set(domain, (this.changes.get(domain) ?? 0) + amount);
      return;
    }
    const before = this.counts.get(domain);
    const after = (before ?? 0) + amount;
    this.counts.set(domain, after);
    if (before !== undefined) this.shift(before, -1);
    this.shift(after, 1);
  }

  /** The lowest count of any domain; infinite if there are none. */
  min(): number {
    this.least ??= this.changes.size === 0 ? lowest(this.domains) : this.lowestWithChanges();
    return this.least;
  }

  /** A copy with differences of its own. */
  clone(): DomainCounts {
    const copy = new DomainCounts(this.counts, this.domains, true);
    for (const [domain, amount] of this.changes) copy.changes.set(domain, amount);
    return copy;
  }

  private lowestWithChanges(): number {
    const unchanged = new Map(this.domains);
    for (const domain of this.changes.keys()) {
      const count = this.counts.get(domain);
      if (count !== undefined) unchanged.set(count, (unchanged.get(count) ?? 0) - 1);
    }
    let least = lowest(unchanged);
    for (const domain of this.changes.keys()) least = Math.min(least, this.of(domain));
    return least;
  }

  private shift(count: number, by: 1 | -1): void {
    const left = (this.domains.get(count) ?? 0) + by;
    if (left === 0) this.domains.delete(count);
    else this.domains.set(count, left);
  }
}

function lowest(domains: ReadonlyMap<number, number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [count, times] of domains) if (times > 0 && count < least) least = count;
  return least;
}

/** Numbers by topology key and domain. */
export class TopologyCounts {
  private readonly byKey = new Map<string, DomainCounts>();
  private all = 0;

  add(labels: Readonly<Record<string, string>>, topologyKey: string, amount: number): void {
    const domain = labels[topologyKey];
    if (domain === undefined) return;
    const counts = this.byKey.get(topologyKey) ?? new DomainCounts();
    this.byKey.set(topologyKey, counts);
    counts.add(domain, amount);
    this.all += amount;
  }

  of(labels: Readonly<Record<string, string>>, topologyKey: string): number {
    const domain = labels[topologyKey];
    return domain === undefined ? 0 : (this.byKey.get(topologyKey)?.of(domain) ?? 0);
  }

  /** The topology keys of what was counted. */
  keys(): string[] {
    return [...this.byKey.keys()];
  }

  /** The sum of all counts. */
  get sum(): number {
    return this.all;
  }

  /** The sum over every counted topology key that the node has. */
  total(labels: Readonly<Record<string, string>>): number {
    let sum = 0;
    for (const key of this.byKey.keys()) sum += this.of(labels, key);
    return sum;
  }

  clone(): TopologyCounts {
    const copy = new TopologyCounts();
    copy.all = this.all;
    for (const [key, counts] of this.byKey) copy.byKey.set(key, counts.clone());
    return copy;
  }
}
