import { expect, it, test } from '@jest/globals';
import type { SchemaField, SchemaStruct, SchemaType } from '../schema.js';
import { compareObjects } from './compare.js';
import { createdFields } from './created.js';
import { emptyObject } from './empty-object.js';
import { treeOf } from './field-tree.js';
import { LEAF } from './fieldset.js';

const string: SchemaType = { of: 'string' };
const field = (name: string, type: SchemaType, more: Partial<SchemaField> = {}): [string, SchemaField] => [
  name,
  { name, type, keepZero: false, pointer: false, ...more },
];
const struct = (name: string, ...fields: Array<[string, SchemaField]>): SchemaStruct => ({ name, byName: new Map(fields) });
const item = struct('Item', field('name', string), field('x', string));
const many = (key: string): [string, SchemaField] =>
  field(key, { of: 'list', items: { of: 'struct', definition: item } }, { listType: 'map', listMapKeys: ['name'] });
const spec = struct(
  'Spec',
  field('a', string),
  field('map', { of: 'map', values: string }),
  many('items'),
  field('zero', string, { keepZero: true }),
);
const meta = struct('ObjectMeta', field('labels', { of: 'map', values: string }), many('ownerReferences'));
const thing = struct(
  'Thing',
  field('metadata', { of: 'struct', definition: meta }, { keepZero: true }),
  field('spec', { of: 'struct', definition: spec }, { keepZero: true }),
  field('any', { of: 'untyped' }),
  many('all'),
);
const tree = treeOf(thing);
const empty = emptyObject(thing);
const made = (text: string) => ({ apiVersion: 'v1', kind: 'Thing', metadata: {}, ...JSON.parse(text) });
const create = (text: string) => createdFields(tree, empty, made(text), LEAF);

/** Each is made twice, after all the others have been: none gets the fields of another. */
const texts = [
  '{}',
  '{"spec":{}}',
  '{"spec":{"zero":""}}',
  '{"spec":{"zero":"1"}}',
  '{"spec":{"a":"1"}}',
  '{"spec":{"a":null}}',
  '{"spec":{"map":{"a":"1"}}}',
  '{"spec":{"map":{"b":"1","a":"1"}}}',
  '{"spec":{"map":{"a":"1","b":"1"}}}',
  '{"spec":{"map":{"a1:b":"1"}}}',
  '{"spec":{"map":{"a":"1","1:b":"1"}}}',
  '{"spec":{"map":{"{":"1","}":"1"}}}',
  '{"spec":{"map":{"__proto__":"1"}}}',
  '{"spec":{"map":{"a":{"b":"1"}}}}',
  '{"spec":{"map":{}}}',
  '{"spec":{"map":null}}',
  '{"spec":{"items":[]}}',
  '{"spec":{"items":[{"name":"a"},{"name":"b"}]}}',
  '{"spec":{"items":[{"name":"a"},{"name":"a","x":"1"}]}}',
  '{"spec":{"items":[{"name":"a","x":"1"},{"name":"b"}]}}',
  '{"metadata":{"labels":{"a":"1"}},"spec":{"a":"1"}}',
  '{"metadata":{"labels":{"a":"1"},"ownerReferences":[{"name":"o"}]},"spec":{"a":"1"}}',
  '{"metadata":{"ownerReferences":[{"name":"p"}]},"spec":{"a":"1"}}',
  '{"any":{"a":{"b":[1]}}}',
  '{"any":{"a":{}}}',
  '{"any":1}',
  '{"all":[{"name":"a"}]}',
  '{"all":null}',
  `{"spec":{"map":{"${'long'.repeat(2000)}":"1"}}}`,
];

it.each([...texts, ...texts])('the creator of %s has what differs from an empty object', (text) => {
  expect(create(text)).toStrictEqual(compareObjects(tree, empty, made(text)).changed);
});

test('objects with the same fields share their set, whatever the values are', () => {
  expect(create('{"spec":{"a":"1"},"all":[{"name":"b"}]}')).toBe(create('{"spec":{"a":"2"},"all":[{"name":"b"}]}'));
  expect(create('{"all":[{"name":"b"}]}')).not.toBe(create('{"all":[{"name":"c"}]}'));
});

test('owners are paths of their own; what else the objects have is shared', () => {
  const of = (owner: string) => create(`{"metadata":{"ownerReferences":[{"name":"${owner}"}]},"spec":{"a":"1"}}`);
  expect(of('a')).not.toEqual(of('b'));
  expect(of('a')['f:spec']).toBe(of('b')['f:spec']);
});
