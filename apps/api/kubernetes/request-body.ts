import type { IncomingMessage } from 'node:http';
import type { BodyAccount } from '#hosting';

/** The budget of bodies is used up. */
export class BodyRefused extends Error {}

/** Whether a request has a body; one that asks for another protocol has none, whatever its headers say. */
export function hasBody({ headers }: IncomingMessage): boolean {
  if (headers.upgrade !== undefined) return false;
  const length = headers['content-length'];
  return length === undefined ? headers['transfer-encoding'] !== undefined : length !== '0';
}

/** How long a body says it is; Infinity where it does not say. */
export function announcedLength(request: IncomingMessage): number {
  if (!hasBody(request)) return 0;
  const length = request.headers['content-length'];
  return length === undefined ? Number.POSITIVE_INFINITY : Number(length);
}

/**
 * The whole body; undefined for an empty one. Of a body that is over the limit only so much is read that it shows: the pipeline refuses
 * it, and the connection is not used again. Rejects when the client goes away, and with BodyRefused when the account gives no more.
 */
export function readBody(request: IncomingMessage, limit: number, account: BodyAccount): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = () => {
      request.off('data', onData);
      request.pause();
    };
    const onClose = () => reject(new Error('the client went away'));
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
