import type { NodeInfo } from './node-info.js';

/** Tallies that are kept at most: a cluster's pods have few templates. */
const MOST_TALLIES = 32;
/** Changes that are remembered at most; a tally that has missed some is counted anew. */
const MOST_CHANGES = 4_096;

/** How something is counted over all nodes: what each contributes is added when it has come, and subtracted when it is out of date. */
export interface Counting<T, C> {
  empty(): T;
  /** What a node contributes, from its labels, taints and pods. */
  of(node: NodeInfo): C | undefined;
  add(into: T, node: NodeInfo, contribution: C, sign: 1 | -1): void;
}

interface Tally {
  value: unknown;
  contributions: Map<NodeInfo, unknown>;
  /** The number of changes it has taken in. */
  upTo: number;
}

/**
 * What plugins count over all nodes, kept from cycle to cycle: only nodes whose pods have changed are counted again. Values are shared:
 * cycles do not change them.
 */
export class Tallies {
  private readonly kept = new Map<number, Tally>();
  private changes: NodeInfo[] = [];
  /** The number of changes that are forgotten. */
  private forgotten = 0;

  constructor(private readonly nodes: () => readonly NodeInfo[]) {}

  /** The pods of a node have changed. */
  changed(node: NodeInfo): void {
    if (this.kept.size === 0) return;
    this.changes.push(node);
    if (this.changes.length <= MOST_CHANGES) return;
    this.forgotten += MOST_CHANGES / 2;
    this.changes = this.changes.slice(MOST_CHANGES / 2);
  }

  /** Nodes have come or gone, or have other labels or taints. */
  clear(): void {
    this.kept.clear();
    this.changes = [];
    this.forgotten = 0;
  }

  /** The tally of an id of internedId(), up to date. */
  of<T, C>(id: number, counting: Counting<T, C>): T {
    const known = this.kept.get(id);
    const tally = known && known.upTo >= this.forgotten ? known : { value: counting.empty(), contributions: new Map(), upTo: -1 };
    const stale = tally.upTo < 0 ? this.nodes() : this.changes.slice(tally.upTo - this.forgotten);
    for (const node of stale) recount(tally, node, counting as Counting<unknown, unknown>);
    tally.upTo = this.forgotten + this.changes.length;
    this.keep(id, tally);
    return tally.value as T;
  }

  /** The least recently used one is given up if there are too many. */
  private keep(id: number, tally: Tally): void {
    this.kept.delete(id);
    this.kept.set(id, tally);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_TALLIES && oldest !== undefined) this.kept.delete(oldest);
  }
}

function recount({ value, contributions }: Tally, node: NodeInfo, { of, add }: Counting<unknown, unknown>): void {
  const before = contributions.get(node);
  if (before !== undefined) add(value, node, before, -1);
  const now = of(node);
  if (now !== undefined) add(value, node, now, 1);
  if (now !== undefined) contributions.set(node, now);
  else if (before !== undefined) contributions.delete(node);
}
