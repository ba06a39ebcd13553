import type { IncomingMessage } from 'node:http';
import type { BodyAccount } from '#hosting';

/** The memory budget for bodies is used up. */
export class BodyRefused extends Error {}

/** Whether a request has a body; an upgrade request has none, whatever its headers say. */
export function hasBody({ headers }: IncomingMessage): boolean {
  if (headers.upgrade !== undefined) return false;
  const length = headers['content-length'];
  return length === undefined ? headers['transfer-encoding'] !== undefined : length !== '0';
}

/** The declared length of a body; Infinity if it is not declared. */
export function announcedLength(request: IncomingMessage): number {
  if (!hasBody(request)) return 0;
  const length = request.headers['content-length'];
  return length === undefined ? Number.POSITIVE_INFINITY : Number(length);
}

/**
 * The whole body; undefined if it is empty. Of a body above the limit, only as much is read as is needed to detect it: the pipeline rejects
 * it, and the connection is not reused. Rejects if the client disconnects, and with BodyRefused if the budget is used up.
 */
export function readBody(request: IncomingMessage, limit: number, account: BodyAccount): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = () => {
      request.off('data', onData);
      request.pause();
    };
    const onClose = () => reject(new Error('the client disconnected'));
    const onData = (chunk: Buffer) => {
      if (!account.take(chunk.byteLength)) {
        stop();
        reject(new BodyRefused());
        return;
      }
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size <= limit) return;
      stop();
      resolve(Buffer.concat(chunks, size));
    };
    request.on('data', onData);
    request.on('end', () => {
      request.off('close', onClose);
      resolve(chunks.length === 1 ? chunks[0] : size === 0 ? undefined : Buffer.concat(chunks, size));
    });
    request.on('error', reject);
    request.on('close', onClose);
  });
}
