import { cachedObject } from './cached-object.js';

const of = (value: object) => cachedObject({ key: '/r/a', value: JSON.stringify(value), modRevision: 1, createRevision: 1, version: 1 });
const metadata = { name: 'a' };

test('the size of an object is that of its text, its values, and each object and list in it', () => {
  const text = of({ metadata, data: 'x'.repeat(20_000) });
  const objects = of({ metadata, data: Array.from({ length: 10_000 }, () => ({})) });
  const lengthOf = ({ value }: { value: string }) => value.length;
  expect(lengthOf(objects)).toBeGreaterThan(lengthOf(text));
  expect(lengthOf(objects)).toBeLessThan(1.6 * lengthOf(text));
  // The text, twice its size for the values, and 56 bytes for each of 10,000 objects.
  expect(text.bytes).toBeGreaterThan(3 * 20_000);
  expect(objects.bytes).toBeGreaterThan(10_000 * (56 + 3 * 3));
  expect(objects.bytes).toBeGreaterThan(9 * text.bytes);
});

test('the size does not change when the object is parsed', () => {
  const cached = of({ metadata, data: [1, { a: 'b' }] });
  const before = cached.bytes;
  expect(cached.object.metadata).toEqual({ name: 'a', resourceVersion: '1' });
  expect(cached.bytes).toBe(before);
});
