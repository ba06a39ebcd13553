import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gunzip, gzip } from 'node:zlib';
import { type Accepted, type Coding, codingFor } from './content-coding.js';
import { weakTag } from './entity-tag.js';

// All of these run outside the event loop.
const compressGzip = promisify(gzip);
const compressBrotli = promisify(brotliCompress);
const decompress = promisify(gunzip);

/** Shorter answers are sent as they are. */
const THRESHOLD = 16 * 1024;

/** A text as it is sent. `encoding`: unset if it is not compressed. */
export interface Encoded {
  bytes: string | Buffer;
  encoding?: Coding;
}

/** An answer that is made for one request: fast compression, since it is used once. */
export async function encodedOnce(text: string, accepted: Accepted): Promise<Encoded> {
  if (text.length < THRESHOLD || codingFor(accepted, ['gzip']) === undefined) return { bytes: text };
  return { bytes: await compressGzip(text, { level: 1 }), encoding: 'gzip' };
}

/** A text that is sent many times. Only its compressed forms are kept. */
export class KeptText {
  /** Changes with the text; the compressed forms share it. */
  readonly etag: string;
  private brotli: Promise<Buffer> | undefined;

  private constructor(
    private readonly gzipped: Buffer,
    etag: string,
  ) {
    this.etag = etag;
  }

  static async of(text: string): Promise<KeptText> {
    const digest = createHash('sha256').update(text).digest('base64url');
    return new KeptText(await compressGzip(text, { level: 9 }), weakTag(digest));
  }

  /** About how many bytes it occupies. */
  get bytes(): number {
    return 2 * this.gzipped.length;
  }

  async encoded(accepted: Accepted): Promise<Encoded> {
    const coding = codingFor(accepted);
    if (coding === 'br') {
      this.brotli ??= decompress(this.gzipped).then((text) =>
        compressBrotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 22 } }),
      );
      return { bytes: await this.brotli, encoding: coding };
    }
    if (coding === 'gzip') return { bytes: this.gzipped, encoding: coding };
    return { bytes: await decompress(this.gzipped) };
  }
}
