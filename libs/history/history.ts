import type { Instant } from '#apimachinery';
import type { LogEntry, Revision } from '#storage';

/** A log entry without its values: who changed what, why and when. */
export type HistoryEntry = Pick<LogEntry, 'revision' | 'type' | 'key' | 'value' | 'previousRevision' | 'cause' | 'at'>;

/** A write that a user may not read. `refused`: the API's refusal to read its object. */
export interface UnreadableEntry {
  revision: Revision;
  /** The revision that woke its writer. */
  wokenBy?: Revision;
  refused: Error;
}

/** The log of the cluster, as far as it is retained. */
export interface WholeHistory {
  /** Entries after a revision, oldest first, up to the one that brings their values to so many bytes. Throws Compacted. */
  log(after: Revision, limit: number, bytes: number): Promise<HistoryEntry[]>;
  /** Every entry after a revision, existing and future ones, in order, until stopped. Rejects with Compacted. */
  follow(after: Revision, onEntry: (entry: HistoryEntry) => void, onEnd: (error?: Error) => void): Promise<() => void>;
  revision(): Promise<Revision>;
  /** The oldest revision that can be read. */
  oldest(): Promise<Revision>;
  /** The revision that the cluster had at a time of its clock. Throws BeforeLog. */
  revisionAt(time: Instant): Promise<Revision>;
}

/** The same as one user sees it, who may not be allowed to read all of it: then `log` and `follow` throw. */
export interface History extends WholeHistory {
  /** The write of a revision; undefined if there is none. Throws Compacted. */
  entry(revision: Revision): Promise<HistoryEntry | UnreadableEntry | undefined>;
}
