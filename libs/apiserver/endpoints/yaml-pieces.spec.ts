import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { yamlPieces } from './yaml-pieces.js';

const whole = (value: object) => stringify(value, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
const many = (count: number) => Array.from({ length: count }, (_, i) => i);

test.each<[string, object, number]>([
  ['nothing', {}, 1],
  ['a small object', { b: [1, { c: 'x' }], a: 'line\nline\n' }, 1],
  ['many keys', { kind: 'A', data: Object.fromEntries(many(1000).map((i) => [`k${i}`, 'v: #'])) }, 6],
  ['a list of maps', { spec: { items: many(500).map((i) => ({ name: `n${i}`, text: ' a\n\n  b\n' })) } }, 5],
  ['large items', { items: many(3).map((i) => ({ a: i, list: many(300).map(() => ({ x: 'y' })) })) }, 10],
  ['lists of lists', { a: [many(300), many(300).map((i) => [i])] }, 3],
  ['strange keys', { '': Object.fromEntries(many(300).map((i) => [` ${i}: `, null])), '- a': many(300), true: many(300) }, 5],
])('%s', (_name, value, pieces) => {
  const made = [...yamlPieces(value)];
  expect(made.join('')).toBe(whole(value));
  expect(made.length).toBeGreaterThanOrEqual(pieces);
});

test('the pieces of any value are the same text as if it were written at once', () => {
  const filler = many(250);
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), fc.string(), (value, key) => {
      const large = { ...value, [key]: { ...value, filler, deeper: [value, { filler, value }] } };
      expect([...yamlPieces(large)].join('')).toBe(whole(large));
    }),
  );
});
