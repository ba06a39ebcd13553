/** Limits of one WebSocket. Sizes are in bytes, times in milliseconds. */
export const socketLimits = {
  /** Concurrent operations. */
  operations: 50,
  /** A client's message; larger manifests can be sent by POST. */
  message: 256 * 1024,
  /** A response or event: it is sent as a single frame. */
  answer: 2 * 1024 * 1024,
  /** Burst of messages, and their sustained rate per second. */
  burst: 200,
  messagesPerSecond: 50,
  /** Interval between pings. */
  pingEvery: 12_000,
  /** How long a client of an event stream may read nothing of what waits for it. */
  behind: 60_000,
  /** Interval between checks of credentials that expire. */
  checkEvery: 5_000,
} as const;

/** A token bucket: a client may send a burst, and then as many messages per second as are refilled. */
export class MessageRate {
  private tokens: number = socketLimits.burst;

  constructor(private last: number) {}

  /** Whether one more message is within the rate. */
  take(now: number): boolean {
    this.tokens = Math.min(socketLimits.burst, this.tokens + ((now - this.last) / 1_000) * socketLimits.messagesPerSecond);
    this.last = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
