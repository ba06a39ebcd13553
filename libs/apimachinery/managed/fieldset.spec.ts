import { difference, differenceBelow, equalSets, type FieldSet, intersection, isEmptySet, union } from './fieldset.js';

const a: FieldSet = { 'f:x': { '.': {}, 'f:p': {}, 'f:q': {} }, 'f:y': {} };
const b: FieldSet = { 'f:x': { 'f:q': {}, 'f:r': {} }, 'f:z': {} };

test.each<[string, FieldSet, FieldSet]>([
  ['union', union(a, b), { 'f:x': { '.': {}, 'f:p': {}, 'f:q': {}, 'f:r': {} }, 'f:y': {}, 'f:z': {} }],
  ['intersection', intersection(a, b), { 'f:x': { 'f:q': {} } }],
  ['difference', difference(a, b), { 'f:x': { '.': {}, 'f:p': {} }, 'f:y': {} }],
  ['difference of a container alone', difference(a, { 'f:x': {} }), { 'f:x': { 'f:p': {}, 'f:q': {} }, 'f:y': {} }],
  ['difference with all below', differenceBelow(a, { 'f:x': {} }), { 'f:y': {} }],
  ['a member and its children', union({ 'f:x': {} }, { 'f:x': { 'f:a': {} } }), { 'f:x': { '.': {}, 'f:a': {} } }],
])('%s', (_, got, want) => {
  expect(got).toEqual(want);
  expect(equalSets(got, want)).toBe(true);
});

test('what changes nothing returns the set itself', () => {
  expect(union(a, { 'f:x': { 'f:p': {} }, 'f:y': {} })).toBe(a);
  expect(difference(a, { 'f:x': { 'f:r': {} }, 'f:z': {} })).toBe(a);
  expect(differenceBelow(a, { 'f:x': { 'f:r': {} }, 'f:z': {} })).toBe(a);
});

test('subtracting a set from itself leaves nothing', () => {
  expect(isEmptySet(difference(a, a))).toBe(true);
});
