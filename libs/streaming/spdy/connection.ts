import { STREAM_LIMITS } from '../limits.js';
import {
  controlFrame,
  dataHead,
  FIN,
  type Frame,
  FrameReader,
  GOAWAY,
  HEADERS,
  PING,
  RST_STREAM,
  SpdyError,
  SYN_REPLY,
  SYN_STREAM,
  words,
} from './frames.js';
import { HeaderReader, HeaderWriter } from './headers.js';

const PROTOCOL_ERROR = 1;
const REFUSED_STREAM = 3;
const CANCEL = 5;

/** One stream that the client has opened. */
export interface SpdyStream {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Set by whoever serves the stream. */
  onData?(bytes: Buffer): void;
  /** The client sends no more. */
  onEnd?(): void;
  /** The client has no more interest in the stream. */
  onReset?(): void;
  /** Sends bytes. False: the client reads too slowly. */
  write(bytes: Buffer): boolean;
  /** Sends the end of our side. */
  end(): void;
  reset(): void;
}

export interface SpdyEvents {
  /** Sends bytes to the client. False: it reads too slowly, and `drained` will be called. */
  send(bytes: Buffer): boolean;
  /** Stops and continues reading from the client. */
  hold(): void;
  release(): void;
  /** Called between frames: a promise when it is another tenant's turn. */
  pause?(): Promise<void> | undefined;
  /** A client has opened a stream; false refuses it. */
  opened(stream: SpdyStream): boolean;
  /** The client has been told that its stream is accepted. */
  accepted?(stream: SpdyStream): void;
  /** The connection ends, after a protocol error or the client's GOAWAY. */
  close(): void;
}

class Stream implements SpdyStream {
  onData?: (bytes: Buffer) => void;
  onEnd?: () => void;
  onReset?: () => void;
  localEnded = false;
  remoteEnded = false;

  constructor(
    readonly id: number,
    readonly headers: ReadonlyMap<string, string>,
    private readonly connection: SpdyConnection,
  ) {}

  write(bytes: Buffer): boolean {
    return this.localEnded ? true : this.connection.sendData(this, bytes);
  }

  end(): void {
    if (!this.localEnded) this.connection.endStream(this);
  }

  reset(): void {
    this.connection.resetStream(this, CANCEL);
  }
}

/** Bytes that are held while frames cannot be handled; above it the client is not read from. */
const HELD = 64 * 1024;

/**
 * The server's side of a SPDY/3.1 connection, over any bytes. Flow control windows are not used, as in moby/spdystream. While the client does
 * not read the replies to its control frames, no more frames of it are handled.
 */
export class SpdyConnection {
  private readonly reader = new FrameReader();
  private readonly headerReader = new HeaderReader();
  private readonly headerWriter = new HeaderWriter();
  private readonly streams = new Map<number, Stream>();
  private lastStream = 0;
  private opened = 0;
  private closed = false;
  private working = false;
  private blocked = false;
  private held = false;

  constructor(private readonly events: SpdyEvents) {}

  /** Bytes from the client. */
  receive(bytes: Buffer): void {
    if (this.closed) return;
    this.reader.append(bytes);
    void this.work();
    if (this.held || !(this.working || this.blocked) || this.reader.waiting <= HELD) return;
    this.held = true;
    this.events.hold();
  }

  /** The client has read what was sent. */
  drained(): void {
    this.blocked = false;
    void this.work();
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    while (!this.closed && !this.blocked && this.next()) {
      const pause = this.events.pause?.();
      if (pause) await pause;
    }
    this.working = false;
    if (this.closed) this.reader.clear();
    if (!this.held || this.blocked) return;
    this.held = false;
    this.events.release();
  }

  /** Handles the next frame; false if it is not complete. */
  private next(): boolean {
    try {
      const frame = this.reader.next();
      if (!frame) return false;
      if (frame.kind === 'data') this.data(frame);
      else this.control(frame);
      return true;
    } catch (error) {
      if (!(error instanceof SpdyError)) throw error;
      this.goAway(PROTOCOL_ERROR);
      return false;
    }
  }

  /** Answers a control frame. */
  private reply(frame: Buffer): void {
    if (!this.closed && !this.events.send(frame)) this.blocked = true;
  }

  /** Says that no more streams are accepted, and closes the connection. */
  goAway(status = 0): void {
    if (this.closed) return;
    this.closed = true;
    this.events.send(controlFrame(GOAWAY, 0, words(this.lastStream, status)));
    this.events.close();
  }

  private control({ version, type, flags, payload }: Extract<Frame, { kind: 'control' }>): void {
    if (version !== 3) throw new SpdyError(`version ${version}`);
    switch (type) {
      case SYN_STREAM:
        this.open(flags, payload);
        return;
      case HEADERS:
      case SYN_REPLY:
        // They take part in the compression of the headers, whatever they are for.
        if (payload.length < 4) throw new SpdyError('short frame');
        this.headerReader.read(payload.subarray(4));
        return;
      case RST_STREAM:
        if (payload.length !== 8) throw new SpdyError('short frame');
        this.wasReset(payload.readUInt32BE(0) & 0x7fffffff);
        return;
      case PING:
        if (payload.length !== 4) throw new SpdyError('short frame');
        // Clients' pings have odd ids; others are answers to ours, of which there are none.
        if (payload.readUInt32BE(0) % 2 === 1) this.reply(controlFrame(PING, 0, payload));
        return;
      case GOAWAY:
        // The client closes the connection when its streams are done.
        return;
      default:
        // SETTINGS, WINDOW_UPDATE and unknown frames are ignored.
        return;
    }
  }

  private open(flags: number, payload: Buffer): void {
    if (payload.length < 10) throw new SpdyError('short frame');
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const headers = this.headerReader.read(payload.subarray(10));
    if (id <= this.lastStream || id % 2 === 0) throw new SpdyError(`stream ${id} after ${this.lastStream}`);
    this.lastStream = id;
    this.opened += 1;
    if (this.opened > STREAM_LIMITS.streamsInAll) throw new SpdyError('too many streams');
    const stream = new Stream(id, headers, this);
    if (this.streams.size >= STREAM_LIMITS.streams) {
      this.sendReset(id, REFUSED_STREAM);
      return;
    }
    this.streams.set(id, stream);
    if (!this.events.opened(stream)) {
      this.resetStream(stream, REFUSED_STREAM);
      return;
    }
    this.reply(controlFrame(SYN_REPLY, 0, Buffer.concat([words(id), this.headerWriter.write([])])));
    this.events.accepted?.(stream);
    if ((flags & FIN) !== 0) this.remoteEnd(stream);
  }

  private data({ stream: id, flags, payload }: Extract<Frame, { kind: 'data' }>): void {
    const stream = this.streams.get(id);
    if (stream === undefined || stream.remoteEnded) return;
    if (payload.length > 0) stream.onData?.(payload);
    if ((flags & FIN) !== 0) this.remoteEnd(stream);
  }

  private remoteEnd(stream: Stream): void {
    stream.remoteEnded = true;
    stream.onEnd?.();
    this.forgetIfDone(stream);
  }

  private wasReset(id: number): void {
    const stream = this.streams.get(id);
    if (!stream) return;
    this.streams.delete(id);
    stream.localEnded = true;
    stream.remoteEnded = true;
    stream.onReset?.();
  }

  sendData(stream: Stream, bytes: Buffer): boolean {
    if (this.closed || bytes.length === 0) return true;
    return this.events.send(Buffer.concat([dataHead(stream.id, 0, bytes.length), bytes]));
  }

  endStream(stream: Stream): void {
    stream.localEnded = true;
    if (!this.closed) this.events.send(dataHead(stream.id, FIN, 0));
    this.forgetIfDone(stream);
  }

  resetStream(stream: Stream, status: number): void {
    if (!this.streams.delete(stream.id)) return;
    stream.localEnded = true;
    stream.remoteEnded = true;
    this.sendReset(stream.id, status);
  }

  private sendReset(id: number, status: number): void {
    this.reply(controlFrame(RST_STREAM, 0, words(id, status)));
  }

  private forgetIfDone(stream: Stream): void {
    if (stream.localEnded && stream.remoteEnded) this.streams.delete(stream.id);
  }
}
