import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { codingsOf, encodedOnce, KeptText } from './encoded-text.js';

test.each<[string | undefined, string[]]>([
  [undefined, ['']],
  ['gzip, deflate, br', ['gzip', 'deflate', 'br']],
  ['GZIP;q=0.5, br;q=0', ['gzip']],
  ['br;q=0.0,gzip', ['gzip']],
])('Accept-Encoding %s names %s', (accepted, codings) => {
  expect([...codingsOf(accepted)]).toEqual(codings);
});

const long = 'text '.repeat(10_000);

test('long answers are compressed for those who accept it', async () => {
  const { bytes, encoding } = await encodedOnce(long, codingsOf('gzip'));
  expect([encoding, gunzipSync(bytes as Buffer).toString()]).toEqual(['gzip', long]);
  expect(await encodedOnce(long, codingsOf('br'))).toEqual({ bytes: long });
  expect(await encodedOnce('short', codingsOf('gzip'))).toEqual({ bytes: 'short' });
});

test('a kept text is sent in each form, with a tag of its own', async () => {
  const kept = await KeptText.of(long);
  const br = await kept.encoded(codingsOf('gzip, br'));
  expect([br.encoding, brotliDecompressSync(br.bytes as Buffer).toString()]).toEqual(['br', long]);
  const gzip = await kept.encoded(codingsOf('gzip'));
  expect([gzip.encoding, gunzipSync(gzip.bytes as Buffer).toString()]).toEqual(['gzip', long]);
  expect(String((await kept.encoded(codingsOf(undefined))).bytes)).toBe(long);
  expect(kept.etag).not.toBe((await KeptText.of(`${long}.`)).etag);
  expect(kept.etag).toBe((await KeptText.of(long)).etag);
});
