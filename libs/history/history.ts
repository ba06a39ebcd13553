import type { Instant } from '#apimachinery';
import type { LogEntry, Revision } from '#storage';

/** A log entry without its values: who changed what, why and when. */
export type HistoryEntry = Pick<LogEntry, 'revision' | 'type' | 'key' | 'value' | 'previousRevision' | 'cause' | 'at'>;

/** The log of the cluster, as far as it is retained. */
export interface History {
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
