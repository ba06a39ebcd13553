import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { encodedOnce, KeptText } from './encoded-text.js';

const long = 'text '.repeat(10_000);

test('long answers are compressed for those who accept it', async () => {
  const { bytes, encoding } = await encodedOnce(long, 'gzip');
  expect([encoding, gunzipSync(bytes as Buffer).toString()]).toEqual(['gzip', long]);
  expect(await encodedOnce(long, 'br')).toEqual({ bytes: long });
  expect(await encodedOnce('short', 'gzip')).toEqual({ bytes: 'short' });
});

test('a kept text is sent in each form, with a tag of its own', async () => {
  const kept = await KeptText.of(long);
  const br = await kept.encoded('gzip, br');
  expect([br.encoding, brotliDecompressSync(br.bytes as Buffer).toString()]).toEqual(['br', long]);
  const gzip = await kept.encoded('gzip');
  expect([gzip.encoding, gunzipSync(gzip.bytes as Buffer).toString()]).toEqual(['gzip', long]);
  expect(String((await kept.encoded(undefined)).bytes)).toBe(long);
  expect(kept.etag).not.toBe((await KeptText.of(`${long}.`)).etag);
  expect(kept.etag).toBe((await KeptText.of(long)).etag);
});
