/**
 * Which worker takes the turns of a cluster's clock: the first one that took one, as long as it lives. What components keep in memory alone
 * (back-offs, counts of events) then lasts from turn to turn with several workers as with one. No more than a hint: of two workers that
 * take a turn one is fenced, and a turn that none takes is found by the sweep.
 */
export interface ClusterHomes {
  /** Whether the turn was passed on to the worker that keeps the cluster. Otherwise it is this worker's, which keeps it from now on. */
  passOn(cluster: string): Promise<boolean>;
  /** Calls back when another worker has passed on a turn to this one. */
  onPassed(call: (cluster: string) => void): void;
  close(): Promise<void>;
}
