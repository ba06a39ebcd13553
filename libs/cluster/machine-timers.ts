import type { Timers } from '#apiserver';

/** The machine's timers; a pending one does not keep the process alive. */
export const machineTimers: Timers = {
  now: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
