import { Inflate, Z_SYNC_FLUSH } from 'pako';
import { STREAM_LIMITS } from '../limits.js';
import { DICTIONARY } from './dictionary.js';
import { SpdyError } from './frames.js';

/** Header blocks of SPDY/3: names and values with four-byte lengths, compressed over the whole connection. */

/** Decompresses the header blocks of one direction of a connection. */
export class HeaderReader {
  private readonly inflate: Inflate;
  private parts: Uint8Array[] = [];
  private size = 0;

  constructor() {
    this.inflate = new Inflate({ dictionary: DICTIONARY, chunkSize: 4096 });
    this.inflate.onData = (chunk: Uint8Array) => {
      this.size += chunk.length;
      if (this.size > STREAM_LIMITS.headers) throw new SpdyError('headers inflate to too much');
      this.parts.push(chunk);
    };
  }

  /** The headers of the next block; names are in lower case, of repeated values the first counts. Throws SpdyError. */
  read(block: Buffer): Map<string, string> {
    this.parts = [];
    this.size = 0;
    this.inflate.push(block, Z_SYNC_FLUSH);
    if (this.inflate.err !== 0) throw new SpdyError(`headers cannot be inflated: ${this.inflate.msg}`);
    return parsed(Buffer.concat(this.parts));
  }
}

function parsed(bytes: Buffer): Map<string, string> {
  let at = 0;
  const number = (): number => {
    if (at + 4 > bytes.length) throw new SpdyError('truncated headers');
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (at + length > bytes.length) throw new SpdyError('truncated headers');
    at += length;
    return bytes.toString('latin1', at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left--) {
    const name = text().toLowerCase();
    const [value = ''] = text().split('\0', 1);
    if (!headers.has(name)) headers.set(name, value);
  }
  return headers;
}

/** An empty stored block, the end of a flush: readers give out nothing before it. */
const FLUSH = Buffer.from([0, 0, 0, 0xff, 0xff]);

/** Makes header blocks of one direction: stored, not compressed, which every inflater reads. */
export class HeaderWriter {
  private begun = false;

  write(headers: ReadonlyArray<readonly [string, string]>): Buffer {
    const parts: Buffer[] = [number(headers.length)];
    for (const pair of headers) for (const text of pair) parts.push(number(Buffer.byteLength(text, 'latin1')), Buffer.from(text, 'latin1'));
    const content = Buffer.concat(parts);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(content.length, 1);
    stored.writeUInt16LE(~content.length & 0xffff, 3);
    // The head of a zlib stream stands in front of the first block only.
    const head = this.begun ? [] : [Buffer.from([0x78, 0x01])];
    this.begun = true;
    return Buffer.concat([...head, stored, content, FLUSH]);
  }
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
