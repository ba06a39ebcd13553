import type { Limits } from '../limits.js';

/** Where a stream's bytes go: a socket, mostly. */
export interface StreamSink {
  /** Writes a whole frame. False: the peer reads too slowly, nothing more is to be written until drained() is called. */
  write(chunk: Uint8Array): boolean;
  /** The stream is over: end the response in peace. */
  end(): void;
}

/** The body of a watch's response. */
export interface ByteStream {
  /** Starts (or goes on with) writing; what came before waits. Call once. */
  start(sink: StreamSink): void;
  /** The peer has read enough: go on writing. */
  drained(): void;
  /** The peer has gone, or the server goes down: ends the stream. Safe to call again. */
  close(): void;
}

/**
 * Frames on their way to one reader. Bounded: a reader that lags behind by more than the limits gets one last frame,
 * says `overflow`, instead of all that waits, and the end.
 */
export class FrameQueue implements ByteStream {
  private queue: Uint8Array[] = [];
  private bytes = 0;
  private sink: StreamSink | undefined;
  private paused = false;
  private ended = false;
  private closed = false;

  constructor(
    private readonly limits: Limits,
    private readonly overflow: () => Uint8Array,
    /** Called once, when no more frames are wanted. */
    private readonly onClose: () => void,
  ) {}

  /** Takes a frame for the reader. */
  push(frame: Uint8Array): void {
    if (this.ended || this.closed) return;
    if (this.sink !== undefined && !this.paused) {
      this.paused = !this.sink.write(frame);
      return;
    }
    this.queue.push(frame);
    this.bytes += frame.byteLength;
    if (this.bytes <= this.limits.watchQueueBytes && this.queue.length <= this.limits.watchQueueEvents) return;
    this.queue = [this.overflow()];
    this.bytes = 0;
    this.finish();
  }

  /** No more frames will come: what waits is written, then the stream ends. */
  finish(): void {
    if (this.ended || this.closed) return;
    this.ended = true;
    this.onClose();
    this.flush();
  }

  start(sink: StreamSink): void {
    this.sink = sink;
    this.flush();
  }

  drained(): void {
    this.paused = false;
    this.flush();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.queue = [];
    if (!this.ended) this.onClose();
    this.ended = true;
    this.sink?.end();
  }

  private flush(): void {
    const { sink } = this;
    if (sink === undefined || this.closed) return;
    let written = 0;
    while (written < this.queue.length && !this.paused) {
      const frame = this.queue[written++];
      if (frame !== undefined) {
        this.bytes -= frame.byteLength;
        this.paused = !sink.write(frame);
      }
    }
    this.queue = written === this.queue.length ? [] : this.queue.slice(written);
    if (this.queue.length === 0 && this.ended) {
      this.closed = true;
      sink.end();
    }
  }
}
