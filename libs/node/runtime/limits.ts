/** Limits on what one look at a pod's containers may cost. Sizes are in bytes, times in milliseconds. */

/** Bytes that the files written in one container may have together; above it: No space left on device. */
export const WRITABLE_BYTES = 4 * 1024 * 1024;
/** Head of an HTTP request to a program, and its body. */
export const REQUEST_HEAD = 64 * 1024;
export const REQUEST_BODY = 3 * 1024 * 1024;
/** Memory that the log of one start of a container takes; the oldest lines are dropped, as a kubelet's rotation does at 10 MiB. */
export const LOG_BYTES = 8 * 1024 * 1024;
/** Bytes of standard input that are held for a process. */
export const INPUT_BYTES = 256 * 1024;
/** How often a process that waits for an instant looks at the cluster's clock. */
export const WATCH_CLOCK_EVERY = 250;
/** Steps that all processes of a pod take in one look, at about two microseconds each; the rest is left for the next look. */
export const STEPS_PER_LOOK = 2_000_000;
/** Bytes of files that commands may write, all that is kept of a pod, and how many pods of a cluster keep some. */
export const KEPT_BYTES = 1024 * 1024;
export const KEPT_PODS = 200;
