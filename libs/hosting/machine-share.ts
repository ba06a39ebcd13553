import { WorkShare } from '#apiserver';
import { SHARE_LIMITS } from './limits.js';

/** Divides the event loop of this process among the tenants' long work. */
export function machineShare(): WorkShare {
  return new WorkShare({
    immediate: setImmediate,
    after: (milliseconds, callback) => void setTimeout(callback, milliseconds),
    now: () => performance.now(),
    slice: SHARE_LIMITS.slice,
  });
}
