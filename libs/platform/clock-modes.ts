import type { Instant } from '#apimachinery';
import { type ClockRequest, clockFrom, timeOf } from './cluster-clock.js';
import type { ClustersOptions } from './clusters.js';
import type { Cluster } from './records.js';

/** The clock is being advanced. */
export class ClockAdvancing extends Error {
  constructor() {
    super('the clock is being advanced');
  }
}

/** Switches the clocks of clusters. */
export interface ClockModes {
  /** Time goes on from where it is. Undefined if the cluster does not exist. Throws ClockAdvancing. */
  change(id: string, request: ClockRequest): Promise<Cluster | undefined>;
}

export interface ClockModesOptions extends Pick<ClustersOptions, 'records' | 'storage' | 'notify'> {
  now: () => Instant;
  /** Requests turns of all components. */
  wake(cluster: string): void;
}

/** The clocks of the platform's clusters. */
export function createClockModes({ records, storage, notify, now, wake }: ClockModesOptions): ClockModes {
  return {
    async change(id, request) {
      const cluster = await records.cluster(id);
      if (!cluster) return undefined;
      const machine = now();
      // Turns under the old clock cannot write any more.
      const reached = await storage.open(id).setClock(timeOf(cluster.clock, machine));
      if (reached === undefined) throw new ClockAdvancing();
      const clock = clockFrom(request, reached, machine);
      await records.changeClock(id, clock);
      notify({ type: 'cluster-changed', cluster: id, clock, restored: false });
      wake(id);
      return { ...cluster, clock };
    },
  };
}
