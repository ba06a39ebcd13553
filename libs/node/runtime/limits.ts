/** Limits on what one look at a pod's containers may cost. Sizes are in bytes, times in milliseconds. */

/** Bytes that the files written in one container may have together; above it: No space left on device. */
export const WRITABLE_BYTES = 4 * 1024 * 1024;
/** Head of an HTTP request to a program, and its body. */
export const REQUEST_HEAD = 64 * 1024;
export const REQUEST_BODY = 3 * 1024 * 1024;
/** Bytes of the log of one container that are kept (containerLogMaxSize of a kubelet). */
export const LOG_BYTES = 10 * 1024 * 1024;
