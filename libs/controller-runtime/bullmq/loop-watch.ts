import type { Instant } from '#apimachinery';

/** Interval between checks of the event loop (ms). */
const EVERY = 250;

/**
 * Notices when the event loop was blocked by work for longer than `limit` milliseconds, with the process using the CPU for most of that
 * time. A process that was stopped, or waited for a CPU, does not count.
 */
export class LoopWatch {
  private readonly timer: ReturnType<typeof setInterval>;
  private seen: { at: Instant; cpu: number };
  private stalledAt: Instant | undefined;

  constructor(
    private readonly options: {
      limit: number;
      now(): Instant;
      /** Milliseconds of CPU time used by the process. */
      cpu(): number;
    },
  ) {
    this.seen = { at: options.now(), cpu: options.cpu() };
    this.timer = setInterval(() => this.look(), EVERY);
    this.timer.unref();
  }

  /** Whether the loop was blocked since then. */
  stalledSince(start: Instant): boolean {
    this.look();
    return this.stalledAt !== undefined && this.stalledAt >= start;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { limit, now, cpu } = this.options;
    const present = { at: now(), cpu: cpu() };
    const passed = present.at - this.seen.at;
    if (passed > limit && present.cpu - this.seen.cpu > passed / 2) this.stalledAt = present.at;
    this.seen = present;
  }
}

/** Milliseconds of CPU time used by this process. */
export function processCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
