/** Time and timers of the machine, for what is about connections rather than about the cluster: watch time-outs, bookmarks, queues. */
export interface Timers {
  /** Milliseconds, from any start. */
  now(): number;
  /** Calls back once after so many milliseconds; returns what calls it off. */
  after(milliseconds: number, callback: () => void): () => void;
}
