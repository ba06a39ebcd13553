const EMPTY = Buffer.alloc(0);
const SMALLEST = 4096;

/**
 * Bytes that wait until a frame or a request is complete. Memory and copying are proportional to the bytes, however small the chunks in which
 * they arrive. What was taken stays valid: its memory is never written again.
 */
export class ByteQueue {
  private buffer: Buffer = EMPTY;
  private start = 0;
  private end = 0;
  /** Whether `buffer` is ours; otherwise it is a chunk that somebody else has given. */
  private owned = false;

  get length(): number {
    return this.end - this.start;
  }

  /** What is there, without taking it. Valid until the next `append`. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }

  append(chunk: Buffer): void {
    const { length } = this;
    if (length === 0) {
      this.buffer = chunk;
      this.owned = false;
      this.start = 0;
      this.end = chunk.length;
      return;
    }
    if (!this.owned || this.end + chunk.length > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(SMALLEST, 2 * (length + chunk.length)));
      this.bytes.copy(larger);
      this.buffer = larger;
      this.owned = true;
      this.start = 0;
      this.end = length;
    }
    chunk.copy(this.buffer, this.end);
    this.end += chunk.length;
  }

  /** Removes bytes from the front. */
  take(count: number): Buffer {
    const taken = this.buffer.subarray(this.start, this.start + Math.min(count, this.length));
    this.start += taken.length;
    if (this.start === this.end) this.clear();
    return taken;
  }

  clear(): void {
    this.buffer = EMPTY;
    this.start = 0;
    this.end = 0;
  }
}
