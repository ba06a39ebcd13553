import { type Clock, type Instant, SteppedClock, systemClock } from '#apimachinery';
import type { Cluster, PlatformRecords } from '#platform';

/** The clocks of this process's clusters. A stepped clock is shared by all its users in the process, and follows the platform's record. */
export interface ClusterClocks {
  of(cluster: Pick<Cluster, 'id' | 'clock'>): Clock;
  /** The stepped clock of this cluster, if it is in use here. */
  stepped(cluster: string): SteppedClock | undefined;
  /** A clock was advanced elsewhere. */
  turned(cluster: string, now: Instant): void;
  /** Messages may have been lost: reads the records of all stepped clocks that are in use. */
  reread(): Promise<void>;
  forget(cluster: string): void;
}

/** Creates the clocks of a process over the platform's records. */
export function clusterClocks(records: Pick<PlatformRecords, 'cluster'>): ClusterClocks {
  const clocks = new Map<string, SteppedClock>();
  return {
    of({ id, clock }) {
      if (clock.mode === 'real') return systemClock;
      const known = clocks.get(id) ?? new SteppedClock(clock.now);
      known.set(clock.now);
      clocks.set(id, known);
      return known;
    },
    stepped: (cluster) => clocks.get(cluster),
    turned: (cluster, now) => clocks.get(cluster)?.set(now),
    async reread() {
      for (const [id, known] of clocks) {
        const record = await records.cluster(id);
        if (record?.clock.mode === 'stepped') known.set(record.clock.now);
      }
    },
    forget: (cluster) => void clocks.delete(cluster),
  };
}
