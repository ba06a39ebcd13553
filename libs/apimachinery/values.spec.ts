import type { RandomSource } from './clock.js';
import { formatGoDuration, humanDuration, parseGoDuration } from './duration.js';
import { deepEqual } from './equality.js';
import { scaledValue } from './intstr.js';
import { asListItem, storedText, withResourceVersion } from './object-text.js';
import { canonicalQuantity, parseQuantity } from './quantity.js';
import { nthRandom, seededRandom } from './random.js';
import { formatMicroTime, formatTime, parseTime } from './time.js';

test.each([
  ['1', '1'],
  ['1000m', '1'],
  ['0.1', '100m'],
  ['1.5', '1500m'],
  ['1.500', '1.500'],
  ['2000', '2k'],
  ['1.5Gi', '1536Mi'],
  ['1024Mi', '1Gi'],
  ['100Mi', '100Mi'],
  ['0.5Mi', '512Ki'],
  ['1.3Ki', '1331200m'],
  ['1023Ki', '1023Ki'],
  ['512', '512'],
  ['1e3', '1e3'],
  ['1e10', '10e9'],
  ['-1.5Gi', '-1536Mi'],
  ['0.1n', '1n'],
  ['100Ei', '9223372036854775807'],
  ['0Mi', '0'],
])('quantity %s is %s', (text, want) => {
  expect(canonicalQuantity(text)).toBe(want);
});

test.each(['', 'a', '1.2.3', '1Mib', '1 Mi'])('%j is not a quantity', (text) => {
  expect(() => parseQuantity(text)).toThrow(/^quantities must match the regular expression/);
});

test('arithmetic of quantities', () => {
  const q = parseQuantity;
  expect(`${q('1Gi').add(q('512Mi'))} ${q('1').sub(q('250m'))} ${q('0').add(q('1Mi'))}`).toBe('1536Mi 750m 1Mi');
  expect([q('1').compare(q('1000m')), q('1Ki').compare(q('1k')), q('1').compare(q('2'))]).toEqual([0, 1, -1]);
  expect([q('1500m').value(), q('1500m').milliValue(), q('0.5m').milliValue(), q('1Ki').toNumber(), q('-1500m').value()]).toEqual([
    2, 1500, 1, 1024, -1,
  ]);
  expect(`${q('9223372036854775807').add(q('1'))}`).toBe('9223372036854775808');
});

test.each([
  [-2000, '<invalid>'],
  [-1000, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [125_000, '2m5s'],
  [600_000, '10m'],
  [3 * 3600_000, '3h'],
  [3 * 3600_000 + 60_000, '3h1m'],
  [8 * 3600_000, '8h'],
  [49 * 3600_000, '2d1h'],
  [9 * 86400_000, '9d'],
  [800 * 86400_000, '2y70d'],
  [3000 * 86400_000, '8y'],
])('age of %d ms is %s', (milliseconds, want) => {
  expect(humanDuration(milliseconds)).toBe(want);
});

test.each([
  ['1h1m1.001s', 3_661_001],
  ['500µs', 0.5],
  ['1.5s', 1500],
  ['2m0s', 120_000],
  ['0s', 0],
])('duration %s', (text, milliseconds) => {
  expect(parseGoDuration(text)).toBe(milliseconds);
  expect(formatGoDuration(milliseconds)).toBe(text);
});

test('invalid durations', () => {
  expect(['', '1', '1x', 's'].map(parseGoDuration)).toEqual([undefined, undefined, undefined, undefined]);
});

test('times', () => {
  expect(formatTime(1_700_000_000_999)).toBe('2023-11-14T22:13:20Z');
  expect(formatMicroTime(1_700_000_000_001.5)).toBe('2023-11-14T22:13:20.001500Z');
  expect(['2026-01-02T03:04:05.5+01:00', '2026-02-30T00:00:00Z', 'x'].map(parseTime)).toEqual([1767319445500, undefined, undefined]);
});

test.each<[string, number | undefined]>([
  ['2026-01-02T03:04:05Z', 1_767_323_045_000],
  ['2026-01-02T03:04:05+00:00', 1_767_323_045_000],
  ['2024-02-29T23:59:59Z', 1_709_251_199_000],
  ['2026-02-29T00:00:00Z', undefined],
  ['0001-01-01T00:00:00Z', -62_135_596_800_000],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-00-01T00:00:00Z', undefined],
  ['2026-01-00T00:00:00Z', undefined],
  ['2026-01-02T24:00:00Z', undefined],
  ['2026-01-02T03:60:00Z', undefined],
  ['2026-01-02T03:04:60Z', undefined],
  ['2026-01-02 03:04:05Z', undefined],
  ['2026/01/02T03:04:05Z', undefined],
  ['2026-01-02T03.04.05Z', undefined],
  ['2026-01-0xT03:04:05Z', undefined],
  ['2026-01-02T03:04:05z', undefined],
])('the time %s', (text, expected) => {
  expect(parseTime(text)).toBe(expected);
});

test.each<[number | string, number, boolean, number]>([
  [3, 10, true, 3],
  ['25%', 10, true, 3],
  ['25%', 10, false, 2],
])('%s of %d', (value, total, up, want) => {
  expect(scaledValue(value, total, up)).toBe(want);
});

test('int-or-strings that are neither', () => {
  expect(() => scaledValue('5', 1, true)).toThrow('invalid value for IntOrString: invalid type: string is not a percentage');
  expect(() => scaledValue('x%', 1, true)).toThrow(
    'invalid value for IntOrString: invalid value "x%": strconv.Atoi: parsing "x": invalid syntax',
  );
});

test('equality ignores differences between absent, null and empty lists', () => {
  expect([
    deepEqual({ a: [] }, {}),
    deepEqual({ a: null }, {}),
    deepEqual({ a: {} }, {}),
    deepEqual([1, { b: 2 }], [1, { b: 2 }]),
    deepEqual([], {}),
  ]).toEqual([true, true, false, true, false]);
});

test('stored texts with spliced-in values', () => {
  const object = { metadata: { name: 'a', resourceVersion: '7' }, data: { x: '"metadata":{' }, kind: 'K', apiVersion: 'v1' };
  const text = storedText(object);
  expect(text).toBe('{"kind":"K","apiVersion":"v1","metadata":{"name":"a"},"data":{"x":"\\"metadata\\":{"}}');
  expect(JSON.parse(withResourceVersion(text, 9))).toEqual({ ...object, metadata: { name: 'a', resourceVersion: '9' } });
  expect(asListItem('{"kind":"K","apiVersion":"v1","metadata":{}}', 9)).toBe('{"metadata":{"resourceVersion":"9"}}');
});

test('random values depend only on seed, moment, purpose and key', () => {
  let moment = '1';
  const source = seededRandom('x', () => moment);
  const drawn = (from: RandomSource, purpose = 'uid', key = '/a') => {
    const random = from.draw(purpose, key);
    return [random.next(), random.uuid(), random.uuid(), random.suffix(5)];
  };
  const first = drawn(source);
  expect(first).toEqual([
    expect.any(Number),
    expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    expect.any(String),
    expect.stringMatching(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/),
  ]);
  const others = [drawn(source, 'name'), drawn(source, 'uid', '/b'), drawn(nthRandom(source, 1)), drawn(seededRandom('y', () => '1'))];
  moment = '2';
  const all = [first, ...others, drawn(source)];
  expect(new Set(all.flat()).size).toBe(all.length * 4);
  moment = '1';
  expect([drawn(source), drawn(nthRandom(source, 0))]).toEqual([first, first]);
});

test('random values are evenly distributed', () => {
  const source = seededRandom('x');
  const values = Array.from({ length: 1000 }, (_, n) => source.draw('n', String(n)).next());
  expect(Math.abs(values.reduce((sum, value) => sum + value) / 1000 - 0.5)).toBeLessThan(0.05);
  const random = source.draw('many', '');
  const more = Array.from({ length: 1000 }, () => random.next());
  expect(Math.abs(more.reduce((sum, value) => sum + value) / 1000 - 0.5)).toBeLessThan(0.05);
});
