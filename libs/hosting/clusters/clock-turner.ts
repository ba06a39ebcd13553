import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '#apimachinery';
import type { PlatformRecords } from '#platform';
import { CLOCK, type Storage, type StorageAdmin, UnknownCluster } from '#storage';
import { Problem } from '../problem.js';

/** How long an advance is waited for (ms); after that it continues in the background. */
const WITHIN = 300_000;
const FIRST_LOOK = 5;
const LONGEST_PAUSE = 250;

/** Advances the clocks of stepped clusters: stores the target, and waits until a worker has reached it and all work is done. */
export interface ClockTurner {
  /** Throws a Problem if it could not be done. */
  advance(cluster: string, by: number): Promise<{ now: Instant }>;
}

export interface ClockTurnerOptions {
  admin: Pick<StorageAdmin, 'open'>;
  records: Pick<PlatformRecords, 'cluster'>;
  /** Requests a turn. If the request is lost, the workers' sweep finds the work. */
  wake(cluster: string, component: string): void;
}

/** The requesting side. Redis only carries the wake-up: the target and the result are in the store. */
export function clockTurner({ admin, records, wake }: ClockTurnerOptions): ClockTurner {
  return {
    async advance(cluster, by) {
      const record = await records.cluster(cluster);
      if (record?.clock.mode !== 'stepped') throw new UnknownCluster(cluster);
      const storage = admin.open(cluster);
      const target = await storage.askClock({ id: randomUUID(), from: record.clock.now, by });
      wake(cluster, CLOCK);
      return { now: await arrival(storage, target) };
    },
  };
}

async function arrival(storage: Pick<Storage, 'clock'>, target: Instant): Promise<Instant> {
  const until = performance.now() + WITHIN;
  for (let pause = FIRST_LOOK; performance.now() < until; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    await sleep(pause);
    const { now = 0, target: ahead, failure } = await storage.clock();
    // A clock beyond the target has passed it with all work done.
    if (now > target || (now === target && ahead === undefined)) return now;
    if (ahead === undefined) throw new Problem(409, failure ?? 'the clock was not advanced');
  }
  throw new Problem(504, 'the clock is still being advanced');
}
