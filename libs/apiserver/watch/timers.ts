/** Timers of the machine, for what is about connections rather than about the cluster: watch time-outs and bookmarks. */
export interface Timers {
  /** Calls back once after so many milliseconds; returns what calls it off. */
  after(milliseconds: number, callback: () => void): () => void;
}
