import type { IncomingHttpHeaders } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { ApiResponse, Pieces } from '#apiserver';

/** Shorter responses are not compressed (responsewriters defaultGzipThresholdBytes). */
const THRESHOLD = 128 * 1024;
const LEVEL = 1;

/** Whether a client accepts gzip (responsewriters negotiateContentEncoding). */
export function takesGzip({ 'accept-encoding': accepted }: IncomingHttpHeaders): boolean {
  const encodings = Array.isArray(accepted) ? accepted.join(',') : accepted;
  return encodings?.includes('gzip') === true && encodings.split(',').some((one) => one.trim() === 'gzip');
}

/** Whether upstream compresses it: objects and the OpenAPI v2 document, but not logs, OpenAPI v3 and what is proxied. */
const isCompressible = (contentType: unknown, path: string): boolean =>
  typeof contentType === 'string' &&
  contentType.startsWith('application/') &&
  !path.startsWith('/openapi/v3/') &&
  !path.includes('/proxy/');

type Chunk = string | Uint8Array;

/** Reads chunks until they are longer than the threshold, or there are no more. */
async function opening(rest: AsyncIterator<Chunk>): Promise<{ read: Chunk[]; isLong: boolean }> {
  const read: Chunk[] = [];
  for (let length = 0; length <= THRESHOLD; ) {
    const { value, done } = await rest.next();
    if (done) return { read, isLong: false };
    read.push(value);
    length += value.length;
  }
  return { read, isLong: true };
}

async function* continued(read: readonly Chunk[], rest: AsyncIterator<Chunk>): AsyncGenerator<Chunk> {
  try {
    yield* read;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* gzipped(chunks: AsyncIterable<Chunk>): AsyncGenerator<Uint8Array> {
  // An error of the source destroys the stream, and so reaches whoever iterates.
  const gzip = pipeline(Readable.from(chunks), createGzip({ level: LEVEL }), () => undefined);
  yield* gzip;
}

/** The response with a long body compressed. Compression itself runs outside the event loop. */
export async function compressed(answer: ApiResponse & { pieces: Pieces }, path: string): Promise<ApiResponse & { pieces: Pieces }> {
  const { headers, pieces } = answer;
  if (!isCompressible(headers['content-type'], path)) return answer;
  const rest = pieces.chunks[Symbol.asyncIterator]();
  const { read, isLong } = await opening(rest).catch((error) => {
    pieces.close();
    throw error;
  });
  const chunks = continued(read, rest);
  const close = () => pieces.close();
  if (!isLong) return { ...answer, pieces: { chunks, close } };
  const { 'content-length': _length, vary = [], ...others } = headers;
  return {
    ...answer,
    headers: { ...others, vary: [vary, 'Accept-Encoding'].flat(), 'content-encoding': 'gzip' },
    pieces: { chunks: gzipped(chunks), close },
  };
}
