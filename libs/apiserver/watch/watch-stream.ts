import type { Limits } from '../limits.js';

/** Where a stream's bytes are written, usually a socket. */
export interface StreamSink {
  /** Writes a whole frame. False: the peer reads too slowly, and nothing more may be written until drained() is called. */
  write(chunk: Uint8Array): boolean;
  /** The stream is over: ends the response normally. */
  end(): void;
}

/** The body of a watch's response. */
export interface ByteStream {
  /** Starts writing; earlier frames have been queued. Call once. */
  start(sink: StreamSink): void;
  /** The peer can take more: continues writing. */
  drained(): void;
  /** The peer has disconnected, or the server is shutting down: ends the stream. Safe to call more than once. */
  close(): void;
}

/**
 * Frames that are waiting for one reader. Bounded: if a reader falls behind by more than the limits, the queue is replaced by one last
 * frame, `overflow`, and the stream ends.
 */
export class FrameQueue implements ByteStream {
  private queue: Array<Uint8Array | (() => Uint8Array)> = [];
  /** The queued objects that existed at the start: they belong to the cache, and their number is not limited. */
  private initial = 0;
  private bytes = 0;
  private sink: StreamSink | undefined;
  private paused = false;
  private ended = false;
  private closed = false;

  constructor(
    private readonly limits: Limits,
    private readonly overflow: () => Uint8Array,
    /** Called once, when no more frames are needed. */
    private readonly onClose: () => void,
  ) {}

  /** Queues an object that existed at the start; its frame is encoded when the reader is ready for it. */
  pushInitial(make: () => Uint8Array): void {
    if (this.ended || this.closed) return;
    this.queue.push(make);
    this.initial += 1;
    this.flush();
  }

  /** Queues a frame for the reader. */
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

  /** No more frames will follow: writes the queued ones, then ends the stream. */
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
