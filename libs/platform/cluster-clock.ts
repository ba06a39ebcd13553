import type { Instant } from '#apimachinery';

/**
 * A cluster's clock: the machine's time; a time that goes `rate` times as fast as the machine's, from `now` at the machine's time `since`;
 * one that stands still; or one that moves only when it is advanced.
 */
export type ClusterClock =
  | { mode: 'real' }
  | { mode: 'scaled'; rate: number; now: Instant; since: Instant }
  | { mode: 'frozen'; now: Instant }
  | { mode: 'stepped'; now: Instant };

/** A clock that is asked for. `scaled`: default 60 times as fast; `stepped` and `frozen` start at `startAt`, where the cluster is new. */
export type ClockRequest =
  | { mode: 'real' }
  | { mode: 'scaled'; rate?: number; startAt?: Instant }
  | { mode: 'frozen'; startAt?: Instant }
  | { mode: 'stepped'; startAt?: Instant };

/** The highest rate: at a higher one, a minute passes before a component can react. */
export const LARGEST_RATE = 3_600;
const DEFAULT_RATE = 60;

/** Whether the clock stands still between requests, so that nothing waits for the machine's time. */
export function standsStill(clock: ClusterClock): clock is Extract<ClusterClock, { mode: 'frozen' | 'stepped' }> {
  return clock.mode === 'frozen' || clock.mode === 'stepped';
}

/** The cluster's time at a time of the machine. */
export function timeOf(clock: ClusterClock, machine: Instant): Instant {
  if (clock.mode === 'real') return machine;
  if (clock.mode !== 'scaled') return clock.now;
  return Math.floor(clock.now + Math.max(0, machine - clock.since) * clock.rate);
}

/** A clock that goes on from `now`. */
export function clockFrom(request: ClockRequest, now: Instant, machine: Instant): ClusterClock {
  switch (request.mode) {
    case 'real':
      return now === machine ? { mode: 'real' } : { mode: 'scaled', rate: 1, now, since: machine };
    case 'scaled':
      return { mode: 'scaled', rate: request.rate ?? DEFAULT_RATE, now, since: machine };
    default:
      return { mode: request.mode, now };
  }
}

/** The clock that is asked for, where the cluster is new: it starts at the given time unless the request says otherwise. */
export function newClock(request: ClockRequest, start: Instant, machine: Instant): ClusterClock {
  return clockFrom(request, 'startAt' in request ? (request.startAt ?? start) : start, machine);
}

/** The request for a clock like this one. */
export function sameMode(clock: ClusterClock): ClockRequest {
  return clock.mode === 'scaled' ? { mode: 'scaled', rate: clock.rate } : { mode: clock.mode };
}
