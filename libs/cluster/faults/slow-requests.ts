import type { Clock } from '#apimachinery';
import type { Timers } from '#apiserver';

/** Machine milliseconds after which it is known how fast a cluster's clock goes. */
const SAMPLE = 20;

/**
 * Waits until so many milliseconds have passed on a cluster's clock. On one that stands still they would not pass: returns at once, with
 * those that are missing.
 */
export async function passes(delay: number, { clock, timers }: { clock: Clock; timers: Timers }): Promise<number> {
  const after = (milliseconds: number) => new Promise<void>((resolve) => void timers.after(milliseconds, resolve));
  const [begun, from] = [clock.now(), timers.now()];
  await after(Math.min(SAMPLE, delay));
  const passed = clock.now() - begun;
  if (passed <= 0) return delay;
  const speed = passed / Math.max(1, timers.now() - from);
  if (passed < delay) await after(Math.min(delay, (delay - passed) / speed));
  return 0;
}
