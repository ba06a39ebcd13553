import { REQUEST_BODY } from '../runtime/limits.js';
import { ByteQueue } from './byte-queue.js';

/** Bytes that the line with a chunk's size may have. */
const SIZE_LINE = 256;
const CRLF = '\r\n';

/** A body in chunks (RFC 9112, section 7.1), read as its bytes arrive. */
export class ChunkedBody {
  private readonly content = new ByteQueue();
  /** Bytes of the current chunk that are still missing, its line end included; undefined: its size comes next. */
  private missing: number | undefined;
  private inTrailer = false;

  /** Takes what has arrived. The whole body when it is complete; undefined before; a status if it is malformed or too long. */
  read(input: ByteQueue): Buffer | undefined | 400 | 413 {
    for (;;) {
      if (this.missing === undefined) {
        const size = this.takeSize(input);
        if (size === undefined || size === 400) return size;
        if (size === 'end') return this.content.take(this.content.length);
        if (this.content.length + size > REQUEST_BODY) return 413;
        this.missing = size + CRLF.length;
      }
      const part = input.take(this.missing);
      // The line end is not part of the content.
      const content = part.subarray(0, Math.max(0, this.missing - CRLF.length));
      if (content.length > 0) this.content.append(content);
      this.missing -= part.length;
      if (this.missing > 0) return undefined;
      this.missing = undefined;
    }
  }

  /** The next chunk's size; `end` after the last one and its trailer. */
  private takeSize(input: ByteQueue): number | 'end' | undefined | 400 {
    for (;;) {
      const end = input.bytes.subarray(0, SIZE_LINE).indexOf(CRLF);
      if (end < 0) return input.length >= SIZE_LINE ? 400 : undefined;
      const line = input.take(end + CRLF.length).toString('latin1', 0, end);
      if (this.inTrailer) {
        if (line === '') return 'end';
        continue;
      }
      const [, digits] = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(line) ?? [];
      if (digits === undefined) return 400;
      const size = Number.parseInt(digits, 16);
      if (size > 0) return size;
      this.inTrailer = true;
    }
  }
}
