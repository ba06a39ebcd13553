import { ByteQueue } from '#node';
import { STREAM_LIMITS } from '../limits.js';

/** SPDY/3.1 frames (draft-mbelshe-httpbis-spdy-00, section 2.2 and 2.6). */

export const SYN_STREAM = 1;
export const SYN_REPLY = 2;
export const RST_STREAM = 3;
export const PING = 6;
export const GOAWAY = 7;
export const HEADERS = 8;

/** Flag of the last frame of a stream's direction. */
export const FIN = 1;

export type Frame =
  | { readonly kind: 'control'; readonly version: number; readonly type: number; readonly flags: number; readonly payload: Buffer }
  | { readonly kind: 'data'; readonly stream: number; readonly flags: number; readonly payload: Buffer };

/** Bytes that are not SPDY, or more than the limits allow: the connection is closed. */
export class SpdyError extends Error {}

const HEAD = 8;

/** Splits bytes into frames. */
export class FrameReader {
  private readonly input = new ByteQueue();

  /** Bytes that have not been read as frames yet. */
  get waiting(): number {
    return this.input.length;
  }

  append(chunk: Buffer): void {
    this.input.append(chunk);
  }

  clear(): void {
    this.input.clear();
  }

  /** The next frame, if it is complete. Throws SpdyError. */
  next(): Frame | undefined {
    const { bytes } = this.input;
    if (bytes.length < HEAD) return undefined;
    const length = bytes.readUIntBE(5, 3);
    const isControl = ((bytes[0] ?? 0) & 0x80) !== 0;
    if (length > (isControl ? STREAM_LIMITS.headerBlock + 16 : STREAM_LIMITS.message)) throw new SpdyError(`frame of ${length} bytes`);
    if (bytes.length < HEAD + length) return undefined;
    const payload = this.input.take(HEAD + length).subarray(HEAD);
    const flags = bytes[4] ?? 0;
    const first = bytes.readUInt32BE(0);
    return isControl
      ? { kind: 'control', version: (first >>> 16) & 0x7fff, type: first & 0xffff, flags, payload }
      : { kind: 'data', stream: first & 0x7fffffff, flags, payload };
  }
}

/** The bytes of a control frame. */
export function controlFrame(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(payload.length, 4);
  head[4] = flags;
  return Buffer.concat([head, payload]);
}

/** The head of a data frame, to be followed by its bytes. */
export function dataHead(stream: number, flags: number, length: number): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(length, 4);
  head[4] = flags;
  return head;
}

/** Four-byte words. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, at * 4);
  return bytes;
}
