import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gunzip, gzip } from 'node:zlib';

// All of these run outside the event loop.
const compressGzip = promisify(gzip);
const compressBrotli = promisify(brotliCompress);
const decompress = promisify(gunzip);

/** Shorter answers are sent as they are. */
const THRESHOLD = 16 * 1024;

/** A text as it is sent. `encoding`: unset if it is not compressed. */
export interface Encoded {
  bytes: string | Buffer;
  encoding?: 'br' | 'gzip';
}

/** The codings that an Accept-Encoding names, without those it excludes (RFC 9110, 12.5.3); `*` is not looked at. */
export function codingsOf(accepted: string | string[] | undefined): ReadonlySet<string> {
  const named = [accepted ?? []].flat().join(',').toLowerCase().split(',');
  const codings = named.map((one) => one.split(';').map((part) => part.trim()));
  return new Set(codings.flatMap(([coding = '', ...parameters]) => (parameters.some((p) => /^q=0(\.0*)?$/.test(p)) ? [] : [coding])));
}

/** An answer that is made for one request: fast compression, since it is used once. */
export async function encodedOnce(text: string, codings: ReadonlySet<string>): Promise<Encoded> {
  if (text.length < THRESHOLD || !codings.has('gzip')) return { bytes: text };
  return { bytes: await compressGzip(text, { level: 1 }), encoding: 'gzip' };
}

/** A text that is sent many times. Only its compressed forms are kept. */
export class KeptText {
  /** Changes with the text; weak, because the compressed forms share it. */
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
    return new KeptText(await compressGzip(text, { level: 9 }), `W/"${digest}"`);
  }

  /** About how many bytes it occupies. */
  get bytes(): number {
    return 2 * this.gzipped.length;
  }

  async encoded(codings: ReadonlySet<string>): Promise<Encoded> {
    if (codings.has('br')) {
      this.brotli ??= decompress(this.gzipped).then((text) =>
        compressBrotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 22 } }),
      );
      return { bytes: await this.brotli, encoding: 'br' };
    }
    if (codings.has('gzip')) return { bytes: this.gzipped, encoding: 'gzip' };
    return { bytes: await decompress(this.gzipped) };
  }
}
