import type { corev1 } from '#api';
import type { Instant } from '#apimachinery';
import type { VolumeImage } from './image-volumes.js';
import type { PodResize } from './resize.js';

/**
 * What a kubelet remembers about a pod in addition to its status: exact times and back-offs. All of it may be lost: then the status is
 * used, as in a real kubelet that was restarted.
 */
export interface PodMemory {
  /** A step in progress: only one container of a pod is pulled or started at a time. `hook`: it has started, and its postStart hook runs. */
  readonly busy?: {
    readonly container: string;
    readonly step: 'pull' | 'start' | 'hook';
    /** The volume whose image is pulled for it. */
    readonly volume?: string;
    readonly since: Instant;
    readonly until: Instant;
  };
  /** Images of image volumes, by the volume's name. */
  readonly imageVolumes?: ReadonlyMap<string, VolumeImage>;
  readonly containers: Readonly<Record<string, ContainerMemory>>;
  /** When volumes that could not be mounted are retried, and the next delay. `trying`: until then a mount goes on that takes time. */
  readonly mount?: { readonly retryAt: Instant; readonly delay: number; readonly trying?: true };
  /** Its containers are to get other resources. */
  readonly resize?: PodResize;
  /** When all its containers are removed, to be started again. */
  readonly restarting?: { readonly at: Instant };
  /** All its containers are to stop. */
  readonly ending?: Ending;
  /** When it was last planned, and at which generation of its spec. */
  readonly at?: Instant;
  readonly generation?: number;
  /** The start of the machine after which it was last planned; unset: the machine had never been off. */
  readonly boot?: string;
  /** Its deletion was requested from the API. */
  readonly removed?: boolean;
}

/** A pod that stops for good. */
export interface Ending {
  /** When its containers were told to stop, and how long they have, in milliseconds. */
  readonly since: Instant;
  readonly grace: number;
  /** What its last status says besides the ends of its containers. */
  readonly outcome?: Outcome;
  /** The events that it begins with are recorded. */
  readonly announced?: boolean;
}

/** How a pod that the kubelet ends has failed. */
export interface Outcome {
  readonly reason: string;
  readonly message: string;
  /** Its disruption is to be seen by Job and pod failure policies: DisruptionTarget. */
  readonly disrupted?: boolean;
}

/** A container that is killed and may be started again. */
export interface Killing {
  readonly until: Instant;
  readonly code: number;
  /** Why it waits afterwards, if it does so at once. */
  readonly waiting?: { readonly reason: string; readonly message: string };
}

/** An image that could not be pulled, and for how long it is not tried again. */
export interface FailedPull {
  readonly failedAt: Instant;
  readonly delay: number;
  readonly error: string;
}

export interface ContainerMemory {
  /** It is being killed. */
  readonly killing?: Killing;
  /** It has started, and its status is shown when its postStart hook is done, which may lead to its end. */
  readonly hook?: { readonly status: corev1.ContainerStatus; readonly killing?: Killing };
  /** No attempt to start it before this time. */
  readonly notBefore?: Instant;
  /** Exact time of the last start, and the start of the machine that it followed. */
  readonly startedAt?: Instant | undefined;
  readonly boot?: string | undefined;
  readonly pull?: FailedPull | undefined;
  readonly crash?: { readonly delay: number; readonly at: Instant };
  /** It is not started again before an instant, because it keeps ending. */
  readonly backOff?: { readonly until: Instant; readonly delay: number };
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
