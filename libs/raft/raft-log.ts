import type { Configuration } from './configuration.js';
import type { Entry, Snapshot } from './message.js';

/** Entries in one message at most. */
const LARGEST_PAGE = 64;

/** A node's log: a snapshot and the entries after it. What is in it is durable. */
export class RaftLog {
  private entries: Entry[] = [];
  /** The highest index known to be committed. */
  committed: number;

  constructor(public snapshot: Snapshot) {
    this.committed = snapshot.index;
  }

  get lastIndex(): number {
    return this.snapshot.index + this.entries.length;
  }

  get lastTerm(): number {
    return this.termOf(this.lastIndex) ?? 0;
  }

  /** The term of an entry; undefined if there is none, or it was replaced by the snapshot. */
  termOf(index: number): number | undefined {
    return index === this.snapshot.index ? this.snapshot.term : this.at(index)?.term;
  }

  at(index: number): Entry | undefined {
    return this.entries[index - this.snapshot.index - 1];
  }

  /** A page of the entries from an index on. */
  from(index: number): Entry[] {
    const start = index - this.snapshot.index - 1;
    return this.entries.slice(start, start + LARGEST_PAGE);
  }

  append(entry: Omit<Entry, 'index'>): Entry {
    const added = { ...entry, index: this.lastIndex + 1 };
    this.entries.push(added);
    return added;
  }

  /**
   * Takes entries that follow a leader's entry, replacing those that conflict with them. Returns the last index that matches the leader's
   * log; undefined if the entry before them does not match.
   */
  follow(index: number, term: number, entries: readonly Entry[]): number | undefined {
    if (this.termOf(index) !== term) return undefined;
    for (const entry of entries) {
      const own = this.termOf(entry.index);
      if (own === entry.term) continue;
      if (own !== undefined || entry.index <= this.snapshot.index) this.truncate(entry.index);
      this.entries.push(entry);
    }
    return index + entries.length;
  }

  /** Removes the entries from an index on. Committed ones stay: to remove one would be a defect of the protocol. */
  private truncate(index: number): void {
    if (index <= this.committed) throw new Error(`entry ${index} is committed and cannot be replaced`);
    this.entries.length = index - this.snapshot.index - 1;
  }

  commitTo(index: number): void {
    if (index > this.committed) this.committed = Math.min(index, this.lastIndex);
  }

  /** Whether another log is at least as complete. */
  isCoveredBy(index: number, term: number): boolean {
    return term > this.lastTerm || (term === this.lastTerm && index >= this.lastIndex);
  }

  /** The highest index, at most the given one, whose term is not higher than the given one: where two logs may begin to match. */
  lastUpTo(index: number, term: number): { index: number; term: number } {
    for (let at = Math.min(index, this.lastIndex); at > this.snapshot.index; at -= 1) {
      const own = this.termOf(at) ?? 0;
      if (own <= term) return { index: at, term: own };
    }
    return { index: this.snapshot.index, term: this.snapshot.term };
  }

  /** Replaces the committed entries up to an index by a snapshot. */
  compact(index: number, configuration: Configuration): void {
    const term = this.termOf(index);
    if (term === undefined || index > this.committed || index <= this.snapshot.index) return;
    this.entries = this.entries.slice(index - this.snapshot.index);
    this.snapshot = { index, term, configuration };
  }

  /** Replaces everything by a snapshot. */
  restore(snapshot: Snapshot): void {
    this.entries = [];
    this.snapshot = snapshot;
    this.committed = snapshot.index;
  }
}
