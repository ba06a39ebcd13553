import type { Happened, ObjectChange } from '#history';
import type { GraphCreatedCluster } from './created-cluster.js';
import type { Refused } from './refused-kind.js';

/** A clock as clients see it. */
export interface GraphClock {
  mode: string;
  rate?: number;
  /** Unset: the machine's time. */
  now?: string;
  /** Set while it is being advanced. */
  target?: string;
  /** Why the last advance was given up. */
  failure?: string;
}

/** What a clock came to, and what was written meanwhile. */
export interface GraphAdvance {
  now: string;
  target?: string;
  met?: boolean;
  reason?: string;
  happened: Happened;
}

/** A named state of the cluster. */
export interface GraphSnapshot {
  name: string;
  revision: number;
  at: string;
  createdAt: string;
}

/** Of which objects differences are told; unset: of all. */
export interface DiffSelection {
  kinds?: ReadonlyArray<{ group: string; resource: string }>;
  namespace?: string;
}

/** How the objects of two revisions differ. */
export interface GraphDiff {
  from: number;
  to: number;
  items: ObjectChange[];
  /** Of all that differ, listed or not. */
  counts: Record<ObjectChange['change'], number>;
  /** Not all of them are listed. */
  truncated: boolean;
  /** Kinds that the user may not list: they are left out. */
  refused: Refused[];
}

/** A clock that has moved, and what was written since the tick before. */
export interface GraphTick extends GraphClock {
  happened: Happened;
}

/** The time and the past of the cluster. Requests are validated where they are carried out, as those of the platform's REST API. */
export interface GraphTime {
  clock(): Promise<GraphClock>;
  change(clock: object): Promise<GraphClock>;
  advance(request: object): Promise<GraphAdvance>;
  /** Whether the clock was being advanced. */
  cancel(): Promise<boolean>;
  follow(on: { next(tick: GraphTick): void; end(error?: Error): void }): Promise<() => void>;
  diff(from: number, to: number | undefined, of?: DiffSelection): Promise<GraphDiff>;
  snapshots(): Promise<GraphSnapshot[]>;
  addSnapshot(request: object): Promise<GraphSnapshot>;
  removeSnapshot(name: string): Promise<boolean>;
  /** The revision that the cluster has then. */
  restore(request: object): Promise<number>;
  reset(request: object): Promise<number>;
  fork(request: object): Promise<GraphCreatedCluster[]>;
}
