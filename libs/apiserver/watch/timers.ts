/** Time and timers of the machine, for what concerns connections rather than the cluster: watch timeouts, bookmarks, queues. */
export interface Timers {
  /** Milliseconds, with an arbitrary origin. */
  now(): number;
  /** Calls back once after the given milliseconds; returns a function that cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}
