import { expect, it } from '@jest/globals';
import type { KubeObject } from './object.js';
import { storedState, storedText } from './object-text.js';

const object = (more: Record<string, unknown>): KubeObject => ({
  apiVersion: 'v1',
  ...more,
  kind: 'Pod',
  metadata: { resourceVersion: '7', name: 'web', labels: { b: '1', a: '2' } },
});

const deep = (levels: number): unknown => (levels === 0 ? 'end' : { in: deep(levels - 1) });

it.each<[string, Record<string, unknown>, boolean]>([
  ['plain values', { spec: { list: [1, 'a', null, true, { x: {} }], zero: 0 } }, true],
  ['a key that is a name of Object.prototype', { spec: JSON.parse('{"__proto__":{"a":1},"constructor":"x"}') }, true],
  ['a member that is undefined', { spec: { a: undefined, b: 1 } }, false],
  ['a member of its own that is undefined', { spec: { a: 1 }, status: undefined, 'a"b': 1 }, false],
  ['a hole in a list', { spec: { list: [1, undefined] } }, false],
  ['a number that JSON does not have', { spec: { a: Number.NaN } }, false],
  ['negative zero', { spec: { a: -0 } }, false],
  ['an object with a prototype of its own', { spec: new Date(0) }, false],
  ['a function', { spec: { toJSON: () => 'x' } }, false],
  ['depth 60', { spec: deep(60) }, true],
  ['depth 100', { spec: deep(100) }, false],
])('the parsed form of an object with %s is known: %#', (_, more, known) => {
  const given = object(more);
  const { kind, apiVersion, metadata, ...rest } = given;
  const { resourceVersion: _version, ...stored } = metadata;
  const state = storedState(given);
  expect(state.value).toBe(JSON.stringify({ kind, apiVersion, metadata: stored, ...rest }));
  expect(state.value).toBe(storedText(given));
  expect(state.object !== undefined).toBe(known);
  // The order of members decides what the next write stores.
  if (state.object) expect(JSON.stringify(state.object)).toBe(JSON.stringify(JSON.parse(state.value)));
  expect(state.object ?? JSON.parse(state.value)).toStrictEqual(JSON.parse(state.value));
});
