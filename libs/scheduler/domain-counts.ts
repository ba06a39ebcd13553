/**
 * Numbers of pods by domain of one topology key. A clone shares the counts and stores only differences, so trying something on one of many
 * nodes costs only what was tried.
 */
export class DomainCounts {
  /** Counts in ascending order, computed on first use. */
  private sorted: ReadonlyArray<readonly [domain: string, count: number]> | undefined;
  private readonly changes = new Map<string, number>();
  private shared = false;

  constructor(private readonly counts = new Map<string, number>()) {}

  get size(): number {
    return this.counts.size;
  }

  has(domain: string): boolean {
    return this.counts.has(domain);
  }

  of(domain: string): number {
    return (this.counts.get(domain) ?? 0) + (this.changes.get(domain) ?? 0);
  }

  add(domain: string, amount: number): void {
    const into = this.shared ? this.changes : this.counts;
    into.set(domain, (into.get(domain) ?? 0) + amount);
    if (!this.shared) this.sorted = undefined;
  }

  /** The lowest count of any domain; infinite if there are none. */
  min(): number {
    this.sorted ??= [...this.counts].sort(([, a], [, b]) => a - b);
    let least = Number.POSITIVE_INFINITY;
    for (const [domain, count] of this.sorted) {
      if (this.changes.has(domain)) continue;
      least = count;
      break;
    }
    for (const domain of this.changes.keys()) least = Math.min(least, this.of(domain));
    return least;
  }

  /** A copy with counts of its own. The counts of this one become shared, and its later changes are stored separately too. */
  clone(): DomainCounts {
    this.min();
    const copy = new DomainCounts(this.counts);
    copy.sorted = this.sorted;
    this.shared = true;
    copy.shared = true;
    for (const [domain, amount] of this.changes) copy.changes.set(domain, amount);
    return copy;
  }
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

  /** Whether nothing was ever counted. */
  get empty(): boolean {
    return this.byKey.size === 0;
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
