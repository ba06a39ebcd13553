import type { Instant } from '#apimachinery';

/** How often the event loop is looked at (ms). */
const EVERY = 250;

/**
 * Notices when the event loop of this process was blocked by work: for longer than `limit` milliseconds, most of which its threads were
 * running. One that was stopped, or had to wait for the machine, has done nothing wrong.
 */
export class LoopWatch {
  private readonly timer: ReturnType<typeof setInterval>;
  private seen: { at: Instant; cpu: number };
  private stalledAt: Instant | undefined;

  constructor(
    private readonly options: {
      limit: number;
      now(): Instant;
      /** Milliseconds of CPU that the process has used. */
      cpu(): number;
    },
  ) {
    this.seen = { at: options.now(), cpu: options.cpu() };
    this.timer = setInterval(() => this.look(), EVERY);
    this.timer.unref();
  }

  /** Whether there was a block since then. */
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

/** CPU that this process has used, in milliseconds. */
export function processCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
