/** Limits on running processes ahead of the clock. A step takes between two and twenty microseconds. */

/** Steps that are taken at a stretch: a few milliseconds. */
export const STEPS_PER_TURN = 250;
/** Steps of one process of which nothing else is known; what goes on longer is looked at for each pod. */
export const MOST_STEPS_AHEAD = 20_000;
/** Steps of one look at the processes of a pod, and of all looks at one start together: after them it is taken to go on. */
export const MOST_STEPS_PER_LOOK = 20_000;
export const MOST_STEPS = 1_000_000;
/** An instant that never comes. */
export const NEVER = Number.MAX_SAFE_INTEGER - 1;
/** Processes without a pod that are kept for the next probe, and pods whose processes are kept, of all clusters together. */
export const KEPT_PROCESSES = 16;
export const KEPT_MACHINES = 256;
/** Bytes of a probe's output that are kept (maxProbeOutput of the kubelet's prober: 10 KiB). */
export const PROBE_OUTPUT = 10 * 1024;
/** How often a pod is looked at before what is found is written: each look may end in another start. */
export const MOST_LOOKS = 16;
