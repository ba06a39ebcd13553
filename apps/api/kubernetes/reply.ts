import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { ApiResponse, ByteStream, Pieces } from '#apiserver';

/** Writes a complete response. `last` closes the connection after it. */
export function reply(response: ServerResponse, answer: ApiResponse, requestId: string, last: boolean): void {
  const { status, headers, body } = answer;
  headers['audit-id'] = requestId;
  headers['cache-control'] ??= 'no-cache, private';
  if (last) headers.connection = 'close';
  if (body === undefined) {
    if (status !== 204 && status !== 304) headers['content-length'] = '0';
    response.writeHead(status, headers).end();
    return;
  }
  headers['content-length'] = String(typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength);
  response.writeHead(status, headers);
  // A single write: head and body are sent in one TLS record.
  response.end(body);
}

/** Bytes that are encrypted and written without yielding. */
const PART = 64 * 1024;

/** Writes a large complete response in parts, between which other requests are served. */
export function inParts({ headers, body, ...answer }: ApiResponse & { body: string | Uint8Array }): ApiResponse & { pieces: Pieces } {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  async function* chunks() {
    for (let at = 0; at < bytes.byteLength; at += PART) {
      if (at > 0) await setImmediate();
      yield bytes.subarray(at, at + PART);
    }
  }
  return {
    ...answer,
    headers: { ...headers, 'content-length': String(bytes.byteLength) },
    pieces: { chunks: chunks(), close: () => undefined },
  };
}

/** Writes a stream until either side ends it. `onEnd` is called once. Returns a function that ends it. */
export function replyStream(
  response: ServerResponse,
  answer: ApiResponse & { stream: ByteStream },
  requestId: string,
  onEnd: () => void,
): void {
  const { status, headers, stream } = answer;
  headers['audit-id'] = requestId;
  headers['cache-control'] ??= 'no-cache, private';
  response.writeHead(status, headers);
  response.flushHeaders();
  response.on('drain', () => stream.drained());
  response.on('error', () => stream.close());
  response.on('close', () => {
    stream.close();
    onEnd();
  });
  stream.start({
    write: (chunk) => response.write(chunk),
    end: () => response.end(),
  });
}

/** Writes a long body in chunks, no faster than the client reads; an error midway closes the connection. Resolves when it is done. */
export async function replyPieces(
  response: ServerResponse,
  { status, headers, pieces }: ApiResponse & { pieces: Pieces },
  requestId: string,
  last: boolean,
): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    response.once('close', resolve);
  });
  try {
    headers['audit-id'] = requestId;
    headers['cache-control'] ??= 'no-cache, private';
    if (last) headers.connection = 'close';
    response.writeHead(status, headers);
    for await (const chunk of pieces.chunks) {
      if (response.destroyed) return;
      if (response.write(chunk)) continue;
      const drained = new Promise<void>((resolve) => {
        response.once('drain', resolve);
      });
      await Promise.race([drained, gone]);
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  } finally {
    pieces.close();
  }
}
