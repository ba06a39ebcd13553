import { expect, test } from '@jest/globals';
import { formatFieldError } from '#apimachinery';
import { validateLists } from './list-types.js';
import { type Schema, SchemaNode } from './schema-node.js';

const list = (type: string, items: Schema, keys?: string[]): Schema => ({
  ...{ type: 'array', items, 'x-kubernetes-list-type': type },
  ...(keys ? { 'x-kubernetes-list-map-keys': keys } : {}),
});
const item: Schema = { type: 'object', properties: { k: { type: 'string' }, n: { type: 'integer' } } };

// Texts and paths from apiextensions-apiserver/pkg/apiserver/schema/listtype/validation.go.
test.each<[string, Schema, unknown, string[]]>([
  ['a set', list('set', { type: 'string' }), ['a', 'b'], []],
  ['a value of a set three times is one error', list('set', { type: 'string' }), ['a', 'b', 'a', 'a'], ['l[2]: Duplicate value: "a"']],
  ['a text is no number', list('set', { 'x-kubernetes-int-or-string': true }), ['1', 1, 1], ['l[2]: Duplicate value: 1']],
  ['objects of a set', list('set', item), [{ k: 'a' }, { k: 'a' }], ['l[1]: Duplicate value: {"k":"a"}']],
  [
    'keys of a map',
    list('map', item, ['k']),
    [
      { k: 'a', n: 1 },
      { k: 'b', n: 1 },
    ],
    [],
  ],
  [
    'a key twice',
    list('map', item, ['k']),
    [
      { k: 'a', n: 1 },
      { k: 'a', n: 2 },
    ],
    ['l[1]: Duplicate value: {"k":"a"}'],
  ],
  [
    'two keys',
    list('map', item, ['k', 'n']),
    [
      { k: 'a', n: 1 },
      { k: 'a', n: 2 },
      { n: 1, k: 'a' },
    ],
    ['l[2]: Duplicate value: {"k":"a","n":1}'],
  ],
  ['no keys at all', list('map', item, ['k']), [{}, {}], ['l[1]: Duplicate value: {}']],
  [
    'an item that is no object',
    list('map', item, ['k']),
    ['a'],
    ['l[0]: Invalid value: "a": must be an object for an array of list-type map'],
  ],
  ['an atomic list', list('atomic', { type: 'string' }), ['a', 'a'], []],
  ['lists in lists', { type: 'array', items: list('set', { type: 'string' }) }, [['a'], ['a', 'a']], ['l[1][1]: Duplicate value: "a"']],
  [
    'lists in maps',
    { type: 'object', additionalProperties: { type: 'object', properties: { s: list('set', { type: 'string' }) } } },
    { x: { s: ['a', 'a'] } },
    ['l[x].s[1]: Duplicate value: "a"'],
  ],
])('%s', (_, l, value, want) => {
  expect(validateLists(new SchemaNode({ type: 'object', properties: { l } }), { l: value }).map(formatFieldError)).toEqual(want);
});
