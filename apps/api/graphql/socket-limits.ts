/** Bounds of one WebSocket. Sizes in bytes, times in milliseconds. */
export const socketLimits = {
  /** Operations that run at once. */
  operations: 50,
  /** One message of the client; a larger manifest goes by POST. */
  message: 256 * 1024,
  /** One answer or event: it is written in one stretch. */
  answer: 2 * 1024 * 1024,
  /** Messages that may come at once, and how many a second in the long run. */
  burst: 200,
  messagesPerSecond: 50,
  /** How often it is asked whether the client is still there. */
  pingEvery: 12_000,
} as const;

/** A bucket that fills evenly: a client may send a burst, and then as many messages a second as it is filled with. */
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
