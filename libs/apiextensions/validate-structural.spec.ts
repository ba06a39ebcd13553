import { expect, test } from '@jest/globals';
import { formatFieldError } from '#apimachinery';
import type { Schema } from './schema-node.js';
import { validateStructural } from './validate-structural.js';

const texts = (schema: unknown): string[] => validateStructural('schema', schema as Schema).map(formatFieldError);
const root = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });
const a = 'schema.properties[a]';
const forbidden = (path: string, what: string): string => `${path}: Forbidden: must be ${what} to be structural`;

// Texts from apiextensions-apiserver/pkg/apiserver/schema/validation.go and complete.go, sorted.
test.each<[string, unknown, string[]]>([
  ['an empty object', root({}), []],
  ['no type at the root', {}, ['schema.type: Required value: must not be empty at the root']],
  ['another type at the root', { type: 'string' }, ['schema.type: Invalid value: "string": must be object at the root']],
  [
    'additionalProperties at the root',
    { type: 'object', additionalProperties: true },
    ['schema.additionalProperties: Forbidden: must not be used at the root'],
  ],
  ['no type of a field', root({ a: {} }), [`${a}.type: Required value: must not be empty for specified object fields`]],
  [
    'no type of items',
    root({ a: { type: 'array', items: {} } }),
    [`${a}.items.type: Required value: must not be empty for specified array items`],
  ],
  ['no items', root({ a: { type: 'array' } }), [`${a}.items: Required value: must be specified`]],
  [
    'no type of additional properties',
    root({ a: { type: 'object', additionalProperties: {} } }),
    [`${a}.additionalProperties.type: Required value: must not be empty for specified object fields`],
  ],
  ['an int-or-string needs no type', root({ a: { 'x-kubernetes-int-or-string': true } }), []],
  ['unknown fields of any type', root({ a: { 'x-kubernetes-preserve-unknown-fields': true } }), []],
  [
    'an int-or-string that is an object',
    root({ a: { 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true } }),
    [`${a}.x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true`],
  ],
  [
    'an int-or-string that is a resource',
    root({ a: { 'x-kubernetes-int-or-string': true, 'x-kubernetes-embedded-resource': true } }),
    [
      `${a}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
      `${a}.type: Required value: must be object if x-kubernetes-embedded-resource is true`,
      `${a}.x-kubernetes-embedded-resource: Invalid value: true: must be false if x-kubernetes-int-or-string is true`,
    ],
  ],
  [
    'the types of an int-or-string may be said in anyOf',
    root({ a: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] } }),
    [],
  ],
  [
    'or in the first of allOf',
    root({
      a: {
        'x-kubernetes-int-or-string': true,
        allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { anyOf: [{ minimum: 1 }, { pattern: 'x' }] }],
      },
    }),
    [],
  ],
  [
    'but not in another order',
    root({ a: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'string' }, { type: 'integer' }] } }),
    [forbidden(`${a}.anyOf[0].type`, 'empty'), forbidden(`${a}.anyOf[1].type`, 'empty')],
  ],
  [
    'and not with more',
    root({ a: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer', minimum: 1 }, { type: 'string' }] } }),
    [forbidden(`${a}.anyOf[0].type`, 'empty'), forbidden(`${a}.anyOf[1].type`, 'empty')],
  ],
  [
    'a resource of another type',
    root({
      a: { type: 'array', items: { type: 'string' }, 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    }),
    [`${a}.type: Invalid value: "array": must be object if x-kubernetes-embedded-resource is true`],
  ],
  [
    'a resource with additional properties',
    root({
      a: {
        type: 'object',
        additionalProperties: true,
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
    }),
    [`${a}.additionalProperties: Forbidden: must not be used if x-kubernetes-embedded-resource is set`],
  ],
  [
    'kind, apiVersion and metadata have types',
    root({ kind: { type: 'integer' }, apiVersion: { type: 'object' }, metadata: { type: 'string' } }),
    [
      'schema.properties[apiVersion].type: Invalid value: "object": must be string',
      'schema.properties[kind].type: Invalid value: "integer": must be string',
      'schema.properties[metadata].type: Invalid value: "string": must be object',
    ],
  ],
  [
    'those of an embedded resource too',
    root({
      a: {
        ...root({ kind: { type: 'integer' }, metadata: { type: 'array', items: { type: 'string' } } }),
        'x-kubernetes-embedded-resource': true,
      },
    }),
    [
      `${a}.properties[kind].type: Invalid value: "integer": must be string`,
      `${a}.properties[metadata].type: Invalid value: "array": must be object`,
    ],
  ],
  ['elsewhere they are fields like others', root({ a: root({ kind: { type: 'integer' }, metadata: { type: 'string' } }) }), []],
  [
    'the name may be restricted',
    root({ metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 }, generateName: { type: 'string' } } } }),
    [],
  ],
  ...[
    { description: 'x' },
    { required: ['name'] },
    { properties: { name: { type: 'string' }, labels: { type: 'object' } } },
    { 'x-kubernetes-validations': [{ rule: 'true' }] },
    { minProperties: 0 },
  ].map((more): [string, unknown, string[]] => [
    `the metadata may not be described otherwise: ${Object.keys(more)[0]}`,
    root({ metadata: { type: 'object', ...more } }),
    [
      'schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ],
  ]),
  [
    'alternatives describe no structure',
    root(
      { a: { type: 'string' } },
      {
        oneOf: [
          {
            ...{ type: 'object', title: 'x', description: 'x', default: {}, nullable: true, additionalProperties: { type: 'string' } },
            ...{ 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-embedded-resource': true, 'x-kubernetes-int-or-string': true },
            ...{ 'x-kubernetes-list-type': 'set', 'x-kubernetes-list-map-keys': ['a'], 'x-kubernetes-map-type': 'atomic' },
            'x-kubernetes-validations': [{ rule: 'true' }],
          },
        ],
      },
    ),
    [
      forbidden('schema.oneOf[0].additionalProperties', 'undefined'),
      forbidden('schema.oneOf[0].default', 'undefined'),
      forbidden('schema.oneOf[0].description', 'empty'),
      forbidden('schema.oneOf[0].nullable', 'false'),
      forbidden('schema.oneOf[0].title', 'empty'),
      forbidden('schema.oneOf[0].type', 'empty'),
      forbidden('schema.oneOf[0].x-kubernetes-embedded-resource', 'false'),
      forbidden('schema.oneOf[0].x-kubernetes-int-or-string', 'false'),
      forbidden('schema.oneOf[0].x-kubernetes-list-map-keys', 'empty'),
      forbidden('schema.oneOf[0].x-kubernetes-list-type', 'undefined'),
      forbidden('schema.oneOf[0].x-kubernetes-map-type', 'undefined'),
      forbidden('schema.oneOf[0].x-kubernetes-preserve-unknown-fields', 'false'),
      forbidden('schema.oneOf[0].x-kubernetes-validations', 'empty'),
    ],
  ],
  ['additionalProperties: false is none', root({ a: { type: 'string' } }, { not: { additionalProperties: false } }), []],
  [
    'alternatives do not mention metadata',
    root({ metadata: { type: 'object' } }, { anyOf: [{ properties: { metadata: { properties: { name: { pattern: 'x' } } } } }] }),
    [
      'schema.anyOf[0].properties[metadata]: Forbidden: must not be specified in a nested context',
      'schema.properties[metadata].properties[name]: Required value: because it is defined in schema.anyOf[0].properties[metadata].properties[name]',
    ],
  ],
  [
    'a pattern that is not valid, in any place',
    root({ a: { type: 'string', pattern: '(' } }, { not: { properties: { a: { pattern: '[' } } } }),
    [
      'schema.not.properties[a].pattern: Invalid value: "[": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ]: `[`',
      `${a}.pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
    ],
  ],
  [
    'what alternatives mention is specified',
    root(
      { a: { type: 'array', items: root({}) } },
      { anyOf: [{ properties: { a: { items: { properties: { b: { minimum: 1 } } } }, c: {} } }] },
    ),
    [
      `${a}.items.properties[b]: Required value: because it is defined in schema.anyOf[0].properties[a].items.properties[b]`,
      'schema.properties[c]: Required value: because it is defined in schema.anyOf[0].properties[c]',
    ],
  ],
  [
    'items of what has none',
    root({ a: { type: 'string' } }, { allOf: [{ not: { properties: { a: { items: { minimum: 1 } } } } }] }),
    [`${a}.items: Required value: because it is defined in schema.allOf[0].not.properties[a].items`],
  ],
])('%s', (_, schema, want) => {
  expect(texts(schema)).toEqual(want);
});
