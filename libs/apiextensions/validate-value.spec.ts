import { expect, test } from '@jest/globals';
import { formatFieldError } from '#apimachinery';
import { type Schema, SchemaNode } from './schema-node.js';
import { validateValue } from './validate-value.js';

const texts = (schema: Schema, value: unknown, old?: unknown): string[] =>
  validateValue(new SchemaNode(schema), value, old === undefined ? {} : { old: { value: old } }).map(formatFieldError);

const of = (a: Schema): Schema => ({ type: 'object', properties: { a } });

// Texts from kube-openapi/pkg/validation/errors/schema.go, as apiextensions-apiserver shows them.
test.each<[string, Schema, unknown, string[]]>([
  ['a type', { type: 'integer' }, 'x', ['a: Invalid value: "string": a in body must be of type integer: "string"']],
  [
    'a fraction for an integer',
    { type: 'integer' },
    1.5,
    [
      'a: Invalid value: "number": a in body must be of type integer: "number"',
      '<nil>: Invalid value: "": Checked value must be of type integer (default format) in a',
    ],
  ],
  ['null', { type: 'string' }, null, ['a: Invalid value: "null": a in body must be of type string: "null"']],
  ['null where it is allowed', { type: 'string', nullable: true }, null, []],
  ['null that is not listed', { type: 'string', nullable: true, enum: ['x'] }, null, ['a: Unsupported value: null: supported values: "x"']],
  [
    'int-or-string',
    { 'x-kubernetes-int-or-string': true },
    true,
    ['a: Invalid value: "boolean": a in body must be of type integer,string: "boolean"'],
  ],
  ['a minimum', { type: 'integer', minimum: 1 }, 0, ['a: Invalid value: 0: a in body should be greater than or equal to 1']],
  [
    'an exclusive maximum',
    { type: 'number', maximum: 2.5, exclusiveMaximum: true },
    2.5,
    ['a: Invalid value: 2.5: a in body should be less than 2.5'],
  ],
  ['a multiple', { type: 'number', multipleOf: 0.5 }, 0.3, ['a: Invalid value: 0.3: a in body should be a multiple of 0.5']],
  // Integers are checked with the integer part of the factor.
  [
    'an integer of a fraction',
    { type: 'number', multipleOf: 0.5 },
    2,
    ['a: Invalid value: 0: factor MultipleOf declared for a must be positive: 0'],
  ],
  [
    'a 32-bit integer',
    { type: 'integer', format: 'int32' },
    2 ** 31,
    ['<nil>: Invalid value: "": Checked value must be of type integer with format int32 in a'],
  ],
  ['a length', { type: 'string', maxLength: 2 }, 'abc', ['a: Too long: may not be more than 2 bytes']],
  ['characters, not units', { type: 'string', maxLength: 2 }, '😀😀', []],
  [
    'a least length',
    { type: 'string', minLength: 2, pattern: '^[a-z]+$' },
    'A',
    ['a: Invalid value: "A": a in body should be at least 2 chars long'],
  ],
  ['a pattern', { type: 'string', pattern: '^[a-z]+$' }, 'AB', [`a: Invalid value: "AB": a in body should match '^[a-z]+$'`]],
  ['a format', { type: 'string', format: 'date-time' }, 'x', ['a: Invalid value: "x": a in body must be of type date-time: "x"']],
  [
    'another type for a format',
    { type: 'string', format: 'date-time' },
    5,
    ['a: Invalid value: "int64": a in body must be of type date-time: "int64"'],
  ],
  ['a format that is not known', { type: 'string', format: 'odd' }, 'x', []],
  ['a list', { type: 'array', maxItems: 1, items: { type: 'string' } }, ['a', 'b'], ['a: Too many: 2: must have at most 1 item']],
  [
    'too few items',
    { type: 'array', minItems: 1, items: { type: 'string' } },
    [],
    ['a: Invalid value: 0: a in body should have at least 1 items'],
  ],
  [
    'an item',
    { type: 'array', items: { type: 'string' } },
    ['a', 1],
    ['a[1]: Invalid value: "integer": a[1] in body must be of type string: "integer"'],
  ],
  ['a required field', { type: 'object', required: ['b'] }, {}, ['a.b: Required value']],
  [
    'a member',
    { type: 'object', additionalProperties: { type: 'integer' } },
    { k: 'x' },
    ['a.k: Invalid value: "string": a.k in body must be of type integer: "string"'],
  ],
  [
    'a forbidden member',
    { type: 'object', additionalProperties: false },
    { k: 1 },
    ['a: Invalid value: "k": a.k in body is a forbidden property'],
  ],
  ['properties', { type: 'object', maxProperties: 1 }, { b: 1, c: 1 }, ['a: Too many: 2: must have at most 1 item']],
  ['an enum', { type: 'integer', enum: [1, 2] }, 3, ['a: Unsupported value: 3: supported values: "1", "2"']],
  ['not', { not: { required: ['b'] } }, { b: 1 }, ['<nil>: Invalid value: "": "a" must not validate the schema (not)']],
  [
    'one of two',
    { type: 'object', oneOf: [{ required: ['b'] }, { required: ['c'] }] },
    {},
    ['<nil>: Invalid value: "": "a" must validate one and only one schema (oneOf). Found none valid', 'a.b: Required value'],
  ],
  [
    'both of two',
    { type: 'object', oneOf: [{ required: ['b'] }, { required: ['c'] }] },
    { b: 1, c: 1 },
    ['<nil>: Invalid value: "": "a" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
  ],
  [
    'any of two, shown by the nearer one',
    { anyOf: [{ required: ['b'] }, { required: ['c'], properties: { d: { enum: [1] } } }] },
    { d: 1 },
    ['<nil>: Invalid value: "": "a" must validate at least one schema (anyOf)', 'a.c: Required value'],
  ],
  [
    'all of two',
    { allOf: [{ required: ['b'] }, { required: ['c'] }] },
    {},
    ['a.b: Required value', 'a.c: Required value', '<nil>: Invalid value: "": "a" must validate all the schemas (allOf). None validated'],
  ],
])('%s', (_, schema, value, want) => {
  expect(texts(of(schema), { a: value })).toEqual(want);
});

test('errors of what an update does not change are dropped', () => {
  const schema = of({
    type: 'object',
    properties: {
      kept: { type: 'string', maxLength: 1 },
      changed: { type: 'string', maxLength: 1 },
      list: {
        type: 'array',
        items: { type: 'object', properties: { name: { type: 'string' }, value: { type: 'string', maxLength: 1 } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      },
      atomic: { type: 'array', items: { type: 'string', maxLength: 1 } },
    },
  });
  const old = { a: { kept: 'long', changed: 'long', list: [{ name: 'x', value: 'long' }], atomic: ['long'] } };
  const object = {
    a: {
      kept: 'long',
      changed: 'longer',
      list: [
        { name: 'y', value: 'long' },
        { name: 'x', value: 'long' },
      ],
      atomic: ['long', 'a'],
    },
  };
  expect(texts(schema, object, old)).toEqual([
    'a.atomic[0]: Too long: may not be more than 1 byte',
    'a.changed: Too long: may not be more than 1 byte',
    'a.list[0].value: Too long: may not be more than 1 byte',
  ]);
  expect(texts(schema, old, old)).toEqual([]);
});

test('errors below a prefix name the value only by its own path', () => {
  const node = new SchemaNode({ type: 'object', properties: { phase: { type: 'string' } } });
  expect(validateValue(node, { phase: 5 }, { prefix: 'status' }).map(formatFieldError)).toEqual([
    'status.phase: Invalid value: "integer": phase in body must be of type string: "integer"',
  ]);
});

test('alternatives that multiply are stopped', () => {
  let schema: Schema = { required: ['x'] };
  for (let i = 0; i < 30; i++) schema = { anyOf: [schema, schema] };
  expect(texts(schema, {})).toEqual(['<nil>: Invalid value: "": the schema has too many alternatives for an object of this size']);
});
