import type { IncomingMessage } from 'node:http';

/**
 * The whole body; none for an empty one. Of a body that is over the limit only so much is read that it shows: the pipeline refuses it,
 * and the connection is not used again. Rejects when the client goes away.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> | undefined {
  const { headers } = request;
  const length = headers['content-length'];
  if ((length === undefined && headers['transfer-encoding'] === undefined) || length === '0') return undefined;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size <= limit) return;
      request.off('data', onData);
      request.pause();
      resolve(Buffer.concat(chunks, size));
    };
    request.on('data', onData);
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : size === 0 ? undefined : Buffer.concat(chunks, size)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the client went away')));
  });
}
