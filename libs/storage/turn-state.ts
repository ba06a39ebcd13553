import type { Instant } from '#apimachinery';
import type { Revision } from './revision.js';

/** Identifies a component's turn. A write with a superseded token changes nothing and throws FencedError. */
export interface Fence {
  component: string;
  token: number;
}

/** A component's position in the log, and the fencing token of its last turn. */
export interface TurnState {
  token: number;
  cursor: Revision;
  nextAt?: Instant;
  /** The number of consecutive turns that were begun with `now` and neither ended nor released: their holders died or were superseded. */
  lost?: number;
  /** The last of them was superseded by this one. */
  overtook?: boolean;
  /** The turn was not begun: no turn is begun before this time of the machine. */
  parkedUntil?: Instant;
}

/** A turn as it was begun. */
export interface BegunTurn extends TurnState {
  /** The cluster's newest revision at that time. */
  revision: Revision;
}

export interface BeginOptions {
  /** The machine's time, if several hosts may hold turns: lost holders are counted, and parked turns have to wait. */
  now?: Instant;
  /** The turn that this one is part of. Throws FencedError if that was superseded. */
  under?: Fence;
}

/** A turn that has work to do. */
export interface LaggingTurn {
  cluster: string;
  component: string;
  cursor: Revision;
  /** Its timer is due, whatever the log contains. */
  due: boolean;
}
