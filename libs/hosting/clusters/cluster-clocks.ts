import { type Clock, type Instant, systemClock } from '#apimachinery';
import { type Cluster, type ClusterClock, type PlatformRecords, standsStill, timeOf } from '#platform';

/** A clock that only the holder of its turn sets. */
type SettableClock = Clock & { set(instant: Instant): void };

/** The clocks of this process's clusters: each is shared by all its users in the process, and follows the platform's record. */
export interface ClusterClocks {
  of(cluster: Pick<Cluster, 'id' | 'clock'>): Clock;
  /** The clock of this cluster, if it stands still and is in use here. */
  stepped(cluster: string): SettableClock | undefined;
  /** A clock was advanced elsewhere. */
  turned(cluster: string, now: Instant): void;
  /** A cluster has another clock from now on. */
  changed(cluster: string, clock: ClusterClock): void;
  /** Messages may have been lost: reads the records of all clocks that are in use. */
  reread(): Promise<void>;
  forget(cluster: string): void;
}

/** A clock whose mode may change. */
class FollowedClock implements SettableClock {
  constructor(private state: ClusterClock) {}

  get stands(): boolean {
    return standsStill(this.state);
  }

  now(): Instant {
    return timeOf(this.state, systemClock.now());
  }

  /** Sets a clock that stands still; it never goes back. */
  set(instant: Instant): void {
    if (standsStill(this.state) && instant > this.state.now) this.state = { ...this.state, now: instant };
  }

  /** As recorded, which may be behind this process in a clock that is being advanced. */
  change(clock: ClusterClock): void {
    if (standsStill(clock) && standsStill(this.state)) this.state = { ...clock, now: Math.max(clock.now, this.state.now) };
    else this.state = clock;
  }
}

/** Creates the clocks of a process over the platform's records. */
export function clusterClocks(records: Pick<PlatformRecords, 'cluster'>): ClusterClocks {
  const clocks = new Map<string, FollowedClock>();
  return {
    of({ id, clock }) {
      const known = clocks.get(id) ?? new FollowedClock(clock);
      known.change(clock);
      clocks.set(id, known);
      return known;
    },
    stepped(cluster) {
      const known = clocks.get(cluster);
      return known?.stands ? known : undefined;
    },
    turned: (cluster, now) => clocks.get(cluster)?.set(now),
    changed: (cluster, clock) => clocks.get(cluster)?.change(clock),
    async reread() {
      for (const [id, known] of clocks) {
        const record = await records.cluster(id);
        if (record) known.change(record.clock);
      }
    },
    forget: (cluster) => void clocks.delete(cluster),
  };
}
