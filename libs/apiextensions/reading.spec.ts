import { expect, test } from '@jest/globals';
import type { SchemaStruct } from '#apimachinery';
import { fieldSetOf, treeOf } from '#apimachinery';
import { CustomSchema } from './custom-schema.js';
import type { Schema } from './schema-node.js';

const root = (spec: Schema): Schema => ({ type: 'object', properties: { spec } });
const read = (schema: Schema, spec: unknown): { spec: unknown; strict: string[] } => {
  const custom = new CustomSchema('Widget', schema, false);
  const { object, strict } = custom.decode({ apiVersion: 'e.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec }, 'Warn');
  custom.applyDefaults(object);
  return { spec: object.spec, strict };
};

const text: Schema = { type: 'string' };
const object = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({ type: 'object', properties, ...more });

test.each<[string, Schema, unknown, unknown, string[]]>([
  ['unknown fields are removed', object({ a: text }), { a: 'x', b: { c: 1 } }, { a: 'x' }, ['unknown field "spec.b"']],
  [
    'also in lists',
    object({ l: { type: 'array', items: object({ a: text }) } }),
    { l: [{ a: 'x', z: 1 }] },
    { l: [{ a: 'x' }] },
    ['unknown field "spec.l[0].z"'],
  ],
  ['members of maps are kept', object({ m: { type: 'object', additionalProperties: text } }), { m: { k: 'v' } }, { m: { k: 'v' } }, []],
  [
    'unknown fields may be preserved',
    object({ f: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }),
    { f: { any: [1] } },
    { f: { any: [1] } },
    [],
  ],
  [
    'what is described below is pruned all the same',
    object({ f: object({ g: object({ a: text }) }, { 'x-kubernetes-preserve-unknown-fields': true }) }),
    { f: { any: 1, g: { a: 'x', b: 1 } } },
    { f: { any: 1, g: { a: 'x' } } },
    ['unknown field "spec.f.g.b"'],
  ],
  ['defaults are set', object({ a: { type: 'string', default: 'x' } }), {}, { a: 'x' }, []],
  ['defaults have defaults', object({ o: object({ a: { type: 'string', default: 'x' } }, { default: {} }) }), {}, { o: { a: 'x' } }, []],
  ['a null gives way to a default', object({ a: { type: 'string', default: 'x' } }), { a: null }, { a: 'x' }, []],
  ['a null that is allowed stays', object({ a: { type: 'string', default: 'x', nullable: true } }), { a: null }, { a: null }, []],
  ['a null that is not allowed goes', object({ a: text }), { a: null }, {}, []],
  [
    'nulls go beside unknown fields that are preserved, and in lists and maps below',
    object(
      { a: text, l: { type: 'array', items: object({ a: text }) }, m: { type: 'object', additionalProperties: text } },
      { 'x-kubernetes-preserve-unknown-fields': true },
    ),
    { a: null, any: null, l: [{ a: null }, null], m: { k: null, v: 'x' } },
    { any: null, l: [{}, null], m: { v: 'x' } },
    [],
  ],
  [
    'what additionalProperties: true allows has no fields',
    object({ m: { type: 'object', additionalProperties: true } }),
    { m: { k: { a: 1 } } },
    { m: { k: {} } },
    ['unknown field "spec.m.k.a"'],
  ],
  [
    'keys of clients are only keys',
    object({ m: { type: 'object', additionalProperties: text } }),
    JSON.parse('{"m":{"__proto__":"x"}}'),
    JSON.parse('{"m":{"__proto__":"x"}}'),
    [],
  ],
])('%s', (_, spec, given, want, strict) => {
  expect(read(root(spec), given)).toEqual({ spec: want, strict });
});

test('embedded objects have metadata of their own', () => {
  const embedded: Schema = { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', odd: 1 }, spec: { any: 1 } };
  expect(read(root(object({ template: embedded })), { template: pod })).toEqual({
    spec: { template: { ...pod, metadata: { name: 'x' } } },
    strict: ['unknown field "spec.template.metadata.odd"'],
  });
  expect(() => read(root(object({ template: embedded })), { template: { ...pod, metadata: { labels: 5 } } })).toThrow(
    /^spec\.template\.metadata: Invalid value: .*cannot unmarshal number/,
  );
});

test('embedded objects in maps', () => {
  const embedded: Schema = { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true };
  const schema = root(object({ m: { type: 'object', additionalProperties: embedded } }));
  expect(read(schema, { m: { k: { apiVersion: 'v1', kind: 'Pod', metadata: { odd: 1 } } } }).strict).toEqual([
    'unknown field "spec.m[k].metadata.odd"',
  ]);
  expect(() => read(schema, { m: { k: { kind: 1 } } })).toThrow('spec.m[k].kind: Invalid value: 1: must be a string');
});

test('defaults that multiply are refused', () => {
  const big = 'x'.repeat(10_000);
  const schema = root(object({ l: { type: 'array', items: object({ a: { type: 'string', default: big } }) } }));
  expect(() => read(schema, { l: Array.from({ length: 1000 }, () => ({})) })).toThrow('Request entity too large: limit is 3145728');
});

test('repeated keys are reported', () => {
  const custom = new CustomSchema('Widget', root(object({ a: text })), false);
  const body = '{"apiVersion":"e.com/v1","kind":"Widget","spec":{"a":"x","a":"y"},"odd":1}';
  expect(custom.decodeJson(body, JSON.parse(body), 'Strict').strict).toEqual(['duplicate field "spec.a"', 'unknown field "odd"']);
});

test('fields are owned as the schema has them, and where it says nothing, as the values are', () => {
  const struct: SchemaStruct = new CustomSchema(
    'Widget',
    root(
      object({
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        map: { type: 'array', items: object({ k: text, v: text }), 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
        list: { type: 'array', items: text },
        atomic: object({ a: text }, { 'x-kubernetes-map-type': 'atomic' }),
      }),
    ),
    false,
  ).struct;
  const spec = { free: { a: { b: [1] } }, set: ['x'], map: [{ k: 'n', v: 'w' }], list: ['y'], atomic: { a: 'z' } };
  expect(fieldSetOf(treeOf(struct), { spec })).toEqual({
    'f:spec': {
      'f:atomic': {},
      'f:free': { 'f:a': { '.': {}, 'f:b': {} } },
      'f:list': {},
      'f:map': { 'k:{"k":"n"}': { '.': {}, 'f:k': {}, 'f:v': {} } },
      'f:set': { 'v:"x"': {} },
    },
  });
});
