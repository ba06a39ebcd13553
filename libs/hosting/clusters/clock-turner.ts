import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '#apimachinery';
import type { AdvanceEnd } from '#cluster';
import { END_MISSED } from '#controller-runtime';
import type { PlatformRecords } from '#platform';
import { CLOCK, type ClockState, type Revision, type Storage, type StorageAdmin, UnknownCluster } from '#storage';
import { Problem } from '../problem.js';

/** How long an advance is waited for (ms) unless the request says otherwise; after that it continues in the background. */
const WITHIN = 300_000;
const FIRST_LOOK = 5;
const LONGEST_PAUSE = 250;
const CANCELLED = 'the advance was cancelled';

interface AdvanceRequest {
  /** How far, in milliseconds. */
  by: number;
  /** What ends it before. */
  end?: AdvanceEnd;
  /** How many milliseconds of the machine it is waited for. */
  within?: number;
}

/** The state of an advance. Revisions tell where what happened in it stands in the log. */
export interface Advanced {
  now: Instant;
  from: Revision;
  to: Revision;
  /** Whether its end came, if it had one. */
  met?: boolean;
  /** Set while it is under way. */
  target?: Instant;
  /** Why it was given up. */
  failure?: string;
}

/** Advances the clocks of stepped clusters: stores the target, and waits until a worker has reached it and all work is done. */
export interface ClockTurner {
  /** Throws a Problem if it could not be done. With `target` in the result it is still under way. */
  advance(cluster: string, request: AdvanceRequest): Promise<Advanced>;
  /** The running advance, or the last one; undefined if there was none. */
  progress(cluster: string): Promise<Advanced | undefined>;
  /** Stops an advance where it is. Returns whether there was one. */
  cancel(cluster: string): Promise<boolean>;
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
    async advance(cluster, { by, end, within = WITHIN }) {
      const record = await records.cluster(cluster);
      if (record?.clock.mode !== 'stepped') throw new UnknownCluster(cluster);
      const storage = admin.open(cluster);
      const before = await storage.clock();
      if (before.target !== undefined && (end !== undefined || before.until !== undefined)) {
        throw new Problem(409, 'the clock is being advanced');
      }
      const until = end === undefined ? {} : { until: JSON.stringify(end) };
      const target = await storage.askClock({ id: randomUUID(), from: record.clock.now, by, ...until });
      wake(cluster, CLOCK);
      const state = await arrival(storage, { target, conditional: end !== undefined, within });
      return { ...advanced(state), from: before.revision, ...(end !== undefined && { met: state.failure === undefined }) };
    },
    async progress(cluster) {
      const state = await admin.open(cluster).clock();
      return state.asked === undefined ? undefined : advanced(state);
    },
    cancel: (cluster) => admin.open(cluster).cancelClock(CANCELLED),
  };
}

function advanced({ now = 0, revision, asked = revision, target, failure }: ClockState): Advanced {
  return { now, from: asked, to: revision, ...(target !== undefined && { target }), ...(failure !== undefined && { failure }) };
}

interface Awaited {
  target: Instant;
  /** It may end before its target. */
  conditional: boolean;
  within: number;
}

async function arrival(storage: Pick<Storage, 'clock'>, { target, conditional, within }: Awaited): Promise<ClockState> {
  const until = performance.now() + within;
  for (let pause = FIRST_LOOK; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const state = await storage.clock();
    const { now = 0, target: ahead, failure } = state;
    // A clock beyond the target has passed it with all work done.
    if (now > target || (ahead === undefined && (now === target || conditional) && (failure ?? END_MISSED) === END_MISSED)) return state;
    if (ahead === undefined) throw new Problem(409, failure ?? 'the clock was not advanced');
    if (performance.now() >= until) return state;
    await sleep(pause);
  }
}
