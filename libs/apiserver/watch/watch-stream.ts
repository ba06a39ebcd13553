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
  private queue: Array<Uint8Array | (() => Uint8Array)> = [];
  /** Of those in the queue, the objects that were there at the start: they are the cache's own, and wait without a bound. */
  private initial = 0;
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

  /** Takes an object that was there at the start; its frame is made when the reader has room for it. */
  pushInitial(make: () => Uint8Array): void {
    if (this.ended || this.closed) return;
    this.queue.push(make);
    this.initial += 1;
    this.flush();
  }

  /** Takes a frame for the reader. */
  push(frame: Uint8Array): void {
    if (this.ended || this.closed) return;
    if (this.sink !== undefined && !this.paused && this.queue.length === 0) {
      this.paused = !this.sink.write(frame);
      return;
    }
    this.queue.push(frame);
    this.bytes += frame.byteLength;
    if (this.bytes <= this.limits.watchQueueBytes && this.queue.length - this.initial <= this.limits.watchQueueEvents) return;
    this.queue = [this.overflow()];
    this.initial = 0;
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
      const next = this.queue[written++];
      if (next === undefined) continue;
      if (typeof next === 'function') this.initial -= 1;
      else this.bytes -= next.byteLength;
      this.paused = !sink.write(typeof next === 'function' ? next() : next);
    }
    this.queue = written === this.queue.length ? [] : this.queue.slice(written);
    if (this.queue.length === 0 && this.ended) {
      this.closed = true;
      sink.end();
    }
  }
}
