import { gunzipSync } from 'node:zlib';
import { compressed, takesGzip } from './compression.js';

const JSON_TYPE = { 'content-type': 'application/json', 'content-length': '1' };

async function* chunksOf(count: number, broken = false): AsyncGenerator<string> {
  for (let i = 0; i < count; i += 1) yield String(i % 10).repeat(64 * 1024);
  if (broken) throw new Error('the store is gone');
}

async function readAll(chunks: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk as string));
  return Buffer.concat(parts);
}

const answer = (count: number, more: { headers?: Record<string, string>; broken?: boolean } = {}) => ({
  status: 200,
  headers: { ...JSON_TYPE, ...more.headers },
  pieces: { chunks: chunksOf(count, more.broken), close: () => undefined },
});

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ['gzip', true],
  ['deflate, gzip', true],
  ['gzip;q=0.5', false],
  ['identity', false],
])('Accept-Encoding: %s', (accepted, takes) => {
  expect(takesGzip({ 'accept-encoding': accepted })).toBe(takes);
});

test.each<[string, number, Record<string, string>, string, boolean]>([
  ['a long list', 3, {}, '/api/v1/pods', true],
  ['a short list', 2, {}, '/api/v1/pods', false],
  ['nothing', 0, {}, '/api/v1/pods', false],
  ['a log', 3, { 'content-type': 'text/plain' }, '/api/v1/namespaces/n/pods/p/log', false],
  ['OpenAPI v2', 3, {}, '/openapi/v2', true],
  ['OpenAPI v3', 3, {}, '/openapi/v3/apis/apps/v1', false],
  ['what a pod answers', 3, {}, '/api/v1/namespaces/n/pods/p/proxy/', false],
])('%s', async (_name, count, headers, path, isCompressed) => {
  const made = await compressed(answer(count, { headers }), path);
  const body = await readAll(made.pieces.chunks);
  expect(made.headers).toEqual(
    isCompressed
      ? { 'content-type': 'application/json', vary: ['Accept-Encoding'], 'content-encoding': 'gzip' }
      : { ...JSON_TYPE, ...headers },
  );
  expect((isCompressed ? gunzipSync(body) : body).equals(await readAll(chunksOf(count)))).toBe(true);
});

test('Vary is kept', async () => {
  expect((await compressed(answer(3, { headers: { vary: 'Accept' } }), '/apis')).headers.vary).toEqual(['Accept', 'Accept-Encoding']);
});

test('an error midway reaches the reader', async () => {
  const made = await compressed(answer(4, { broken: true }), '/api/v1/pods');
  await expect(readAll(made.pieces.chunks)).rejects.toThrow('the store is gone');
});

test('an error in the first chunks closes the source', async () => {
  let closed = 0;
  const pieces = { chunks: chunksOf(1, true), close: () => void closed++ };
  await expect(compressed({ status: 200, headers: { ...JSON_TYPE }, pieces }, '/apis')).rejects.toThrow('the store is gone');
  expect(closed).toBe(1);
});

test('a reader that stops early stops the source', async () => {
  let ended = false;
  async function* source(): AsyncGenerator<string> {
    try {
      for (;;) yield 'x'.repeat(64 * 1024);
    } finally {
      ended = true;
    }
  }
  const made = await compressed({ status: 200, headers: { ...JSON_TYPE }, pieces: { chunks: source(), close: () => undefined } }, '/apis');
  for await (const chunk of made.pieces.chunks) if (chunk.length > 0) break;
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(true);
});
