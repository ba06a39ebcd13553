import type { Instant } from '#apimachinery';

/** Lets requests pass at a rate, and a burst of them at once (client-go flowcontrol TryAccept). */
export class TokenBucket {
  private tokens: number;
  private at: Instant;

  constructor(
    private readonly limit: { qps: number; burst: number },
    now: Instant,
  ) {
    this.tokens = limit.burst;
    this.at = now;
  }

  accept(now: Instant): boolean {
    const { qps, burst } = this.limit;
    this.tokens = Math.min(burst, this.tokens + (Math.max(0, now - this.at) / 1000) * qps);
    this.at = Math.max(now, this.at);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
