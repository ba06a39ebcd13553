import type { Instant } from '#apimachinery';

/**
 * What a kubelet remembers about a pod in addition to its status: exact times and back-offs. All of it may be lost: then the status is
 * used, as in a real kubelet that was restarted.
 */
export interface PodMemory {
  /** A step in progress: only one container of a pod is pulled or started at a time. */
  readonly busy?: { readonly container: string; readonly step: 'pull' | 'start'; readonly since: Instant; readonly until: Instant };
  readonly containers: Readonly<Record<string, ContainerMemory>>;
  /** When volumes that could not be mounted are retried, and the next delay. */
  readonly mount?: { readonly retryAt: Instant; readonly delay: number };
  /** When its containers were told to stop. */
  readonly stoppingAt?: Instant;
  /** When it was last planned, and at which generation of its spec. */
  readonly at?: Instant;
  readonly generation?: number;
  /** Its deletion was requested from the API. */
  readonly removed?: boolean;
}

export interface ContainerMemory {
  /** No attempt to start it before this time. */
  readonly notBefore?: Instant;
  /** Exact time of the last start. */
  readonly startedAt?: Instant;
  readonly pull?: { readonly failedAt: Instant; readonly delay: number; readonly error: string };
  readonly crash?: { readonly delay: number; readonly at: Instant };
  readonly probes?: Readonly<Partial<Record<ProbeType, ProbeMemory>>>;
}

export type ProbeType = 'startup' | 'liveness' | 'readiness';

export interface ProbeMemory {
  /** When it is next run; unset if its outcome can no longer change. */
  readonly next?: Instant;
  readonly successes: number;
  readonly failures: number;
  readonly passed: boolean;
}

/** The initial state for a new pod. */
export const NO_MEMORY: PodMemory = { containers: {} };
