import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { YAML_FORM, yamlPieces } from './yaml-pieces.js';

const whole = (value: object) => stringify(value, YAML_FORM);
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

test('the text is what sigs.k8s.io/yaml writes: a reader of YAML 1.1 gets the same strings back', () => {
  const value = {
    metadata: { creationTimestamp: '2026-11-22T04:20:41Z', name: 'b', resourceVersion: '285' },
    items: [{ on: 'yes', list: ['1e3', '0o7', '012', 'n', 'null', '12:30:45', 'plain'] }, []],
    data: { empty: {}, text: 'a\nb\n' },
  };
  expect([...yamlPieces(value)].join('')).toBe(`data:
  empty: {}
  text: |
    a
    b
items:
- list:
  - "1e3"
  - 0o7
  - "012"
  - "n"
  - "null"
  - "12:30:45"
  - plain
  "on": "yes"
- []
metadata:
  creationTimestamp: "2026-11-22T04:20:41Z"
  name: b
  resourceVersion: "285"
`);
});
