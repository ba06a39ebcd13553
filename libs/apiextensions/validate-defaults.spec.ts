import { expect, test } from '@jest/globals';
import { formatFieldError } from '#apimachinery';
import type { Schema } from './schema-node.js';
import { validateDefaults } from './validate-defaults.js';

const of = (a: Schema): Schema => ({ type: 'object', properties: { a } });
const texts = (schema: Schema): string[] => validateDefaults('schema', schema).map(formatFieldError);
const at = 'schema.properties[a].default';
const resource: Schema = { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true };

// Texts from apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go and objectmeta.
test.each<[string, Schema, string[]]>([
  ['a valid one', { type: 'string', default: 'x' }, []],
  ['null is none', { type: 'string', default: null as never }, []],
  [
    'another type',
    { type: 'integer', default: 'x' as never },
    [`${at}: Invalid value: "string":  in body must be of type integer: "string"`],
  ],
  [
    'a value that is not listed',
    { type: 'string', enum: ['x', 'y'] as never, default: 'z' as never },
    [`${at}: Unsupported value: "z": supported values: "x", "y"`],
  ],
  [
    'unknown fields',
    { type: 'object', properties: { b: { type: 'string' } }, default: { b: 'x', c: 1 } as never },
    [`${at}: Invalid value: {"b":"x","c":1}: must not have unknown fields`],
  ],
  [
    'unknown fields do not hide what else is wrong',
    { type: 'object', properties: { b: { type: 'string' } }, default: { b: 2, c: 1 } as never },
    [
      `${at}: Invalid value: {"b":2,"c":1}: must not have unknown fields`,
      `${at}.b: Invalid value: "integer": b in body must be of type string: "integer"`,
    ],
  ],
  ['in items', { type: 'array', items: { type: 'object', properties: { b: { type: 'boolean', default: true } } } }, []],
  [
    'a wrong one in items',
    { type: 'array', items: { type: 'object', properties: { b: { type: 'boolean', default: 1 as never } } } },
    ['schema.properties[a].items.properties[b].default: Invalid value: "integer":  in body must be of type boolean: "integer"'],
  ],
  ['an embedded object', { ...resource, default: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } } as never }, []],
  ['an embedded object without a kind', { ...resource, default: { apiVersion: 'v1' } as never }, [`${at}.kind: Required value`]],
  [
    'an embedded object whose kind is no text',
    { ...resource, default: { apiVersion: 'v1', kind: 1 } as never },
    [`${at}.kind: Invalid value: 1: must be a string`],
  ],
  [
    'an embedded object with an invalid label',
    { ...resource, default: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { a: '?' } } } as never },
    [
      `${at}.metadata.labels: Invalid value: "?": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
  ],
  [
    'a field of the metadata of embedded objects',
    { ...resource, properties: { metadata: { type: 'object', properties: { name: { type: 'string', default: 'a' } } } } },
    [],
  ],
  [
    'an invalid field of the metadata of embedded objects',
    { ...resource, properties: { metadata: { type: 'object', properties: { name: { type: 'string', default: '..' } } } } },
    [
      `schema.properties[a].properties[metadata].properties[name].default: Invalid value: "..": must result in valid metadata: metadata.name: Invalid value: "..": may not be '..'`,
    ],
  ],
  [
    'metadata of another type',
    { ...resource, properties: { metadata: { type: 'object', properties: { labels: { type: 'string', default: 'a' } } } } },
    [
      'schema.properties[a].properties[metadata].properties[labels].default: Invalid value: "a": must result in valid metadata: metadata: Invalid value: {"labels":"a"}: json: cannot unmarshal string into Go struct field ObjectMeta.labels of type map[string]string',
    ],
  ],
  ['a rule that a default keeps', { type: 'integer', default: 3 as never, 'x-kubernetes-validations': [{ rule: 'self > 2' }] }, []],
  [
    'a rule that a default breaks',
    { type: 'integer', default: 1 as never, 'x-kubernetes-validations': [{ rule: 'self > 2', message: 'too few' }] },
    [`${at}: Invalid value: 1: too few`],
  ],
  [
    'a rule of a field in a default',
    {
      type: 'object',
      properties: { b: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == "x"' }] } },
      default: { b: 'y' } as never,
    },
    [`${at}.b: Invalid value: "y": failed rule: self == "x"`],
  ],
  [
    'a rule that refuses new values',
    {
      type: 'string',
      default: 'x' as never,
      'x-kubernetes-validations': [{ rule: 'oldSelf.hasValue()', optionalOldSelf: true, message: 'only kept' }],
    },
    [`${at}: Invalid value: "x": only kept`],
  ],
  [
    'below additionalProperties nothing is a default',
    { type: 'object', additionalProperties: { type: 'string', default: 1 as never } },
    [],
  ],
])('%s', (_, schema, want) => {
  expect(texts(of(schema))).toEqual(want);
});

test('a default of the whole resource', () => {
  expect(texts({ ...of({ type: 'string' }), default: { apiVersion: 'v1', kind: 'X', a: 1 } as never })).toEqual([
    'schema.default.a: Invalid value: "integer": a in body must be of type string: "integer"',
  ]);
});
