import type { RuntimeListener } from '#hosting';

/** Tells when clocks of clusters have moved or changed, in whatever process. A message may be lost. */
export class ClockFeed implements RuntimeListener {
  private readonly listeners = new Map<string, Set<() => void>>();

  /** Commits of this process say nothing about clocks. */
  readonly onCommit = () => undefined;

  readonly onEvent: RuntimeListener['onEvent'] = (event) => {
    if (event.type !== 'clock' && event.type !== 'cluster-changed') return;
    for (const listener of this.listeners.get(event.cluster) ?? []) listener();
  };

  /** Calls back from now on; returns a function that stops this. */
  follow(cluster: string, listener: () => void): () => void {
    const listeners = this.listeners.get(cluster) ?? new Set();
    this.listeners.set(cluster, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(cluster) === listeners) this.listeners.delete(cluster);
    };
  }
}
