import type { Instant } from '#apimachinery';

/**
 * What a kubelet remembers of a pod beyond its status: exact times and back-offs. All of it may be lost: the status then
 * serves, as it does for a real kubelet that was restarted.
 */
export interface PodMemory {
  /** A step under way: only one container of a pod is pulled for or started at a time. */
  readonly busy?: { readonly container: string; readonly step: 'pull' | 'start'; readonly since: Instant; readonly until: Instant };
  readonly containers: Readonly<Record<string, ContainerMemory>>;
  /** When volumes that could not be mounted are tried again, and how long the next wait is. */
  readonly mount?: { readonly retryAt: Instant; readonly delay: number };
  /** When its containers were told to stop. */
  readonly stoppingAt?: Instant;
  /** When it was last planned for, and at which generation of its spec. */
  readonly at?: Instant;
  readonly generation?: number;
  /** The API was asked to remove it. */
  readonly removed?: boolean;
}

export interface ContainerMemory {
  /** No attempt to start it before this. */
  readonly notBefore?: Instant;
  /** Exact time of the last start. */
  readonly startedAt?: Instant;
  readonly pull?: { readonly failedAt: Instant; readonly delay: number; readonly error: string };
  readonly crash?: { readonly delay: number; readonly at: Instant };
  readonly probes?: Readonly<Partial<Record<ProbeType, ProbeMemory>>>;
}

export type ProbeType = 'startup' | 'liveness' | 'readiness';

export interface ProbeMemory {
  /** When it is next made; none: the outcome can't change any more. */
  readonly next?: Instant;
  readonly successes: number;
  readonly failures: number;
  readonly passed: boolean;
}

/** What is remembered of a pod never seen before. */
export const NO_MEMORY: PodMemory = { containers: {} };
