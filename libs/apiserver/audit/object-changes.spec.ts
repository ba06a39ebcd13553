import { type Change, changesBetween, comparableCopy } from './object-changes.js';

const cases: ReadonlyArray<[string, object, object, Change[]]> = [
  ['nothing', { a: 1, b: [{ c: 'd' }] }, { a: 1, b: [{ c: 'd' }] }, []],
  ['an added member', { a: {} }, { a: { 'b/c~d': 1 } }, [{ op: 'add', path: '/a/b~1c~0d', value: '1' }]],
  [
    'a replaced and a removed member',
    { a: 1, b: 2 },
    { a: 'x' },
    [
      { op: 'replace', path: '/a', value: '"x"' },
      { op: 'remove', path: '/b' },
    ],
  ],
  [
    'items',
    { a: [1, { b: 2 }] },
    { a: [1, { b: 3 }, 4] },
    [
      { op: 'replace', path: '/a/1/b', value: '3' },
      { op: 'add', path: '/a/2', value: '4' },
    ],
  ],
  ['another kind of value', { a: [1] }, { a: { b: 1 } }, [{ op: 'replace', path: '/a', value: '{"b":1}' }]],
  ['a name of the prototype', {}, JSON.parse('{"__proto__":{"a":1}}') as object, [{ op: 'add', path: '/__proto__', value: '{"a":1}' }]],
];

test.each(cases)('changes: %s', (_name, before, after, expected) => {
  expect(changesBetween(comparableCopy(before), after)).toEqual(expected);
});

test('long values are cut, many changes are not all listed, and large objects are not compared', () => {
  const long = changesBetween({}, { a: 'x'.repeat(1_000_000), b: Array.from({ length: 1000 }, () => 'y'.repeat(1000)) });
  expect(long.map(({ path, value = '' }) => [path, value.length])).toEqual([
    ['/a', 257],
    ['/b', 257],
  ]);
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
  expect(changesBetween({}, many)).toHaveLength(20);
  expect(comparableCopy({ a: Array.from({ length: 10_000 }, () => 1) })).toBeUndefined();
});
