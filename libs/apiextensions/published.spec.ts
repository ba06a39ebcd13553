import { expect, test } from '@jest/globals';
import { publishedV2, publishedV3 } from './published.js';
import type { Schema } from './schema-node.js';

const root = (a: object): Schema => ({ type: 'object', properties: { a } }) as Schema;
const either = [{ type: 'integer' }, { type: 'string' }];
const a = (published: Readonly<Record<string, unknown>>): unknown => (published.properties as Record<string, unknown>).a;

// What apiextensions-apiserver/pkg/controller/openapi shows in each version.
test.each<[string, object, object, object]>([
  ['a plain field', { type: 'string', description: 'x' }, { type: 'string', description: 'x' }, { type: 'string', description: 'x' }],
  [
    'alternatives are not in v2',
    { type: 'object', anyOf: [{ required: ['b'] }], not: { required: ['c'] } },
    { type: 'object', anyOf: [{ required: ['b'] }], not: { required: ['c'] } },
    { type: 'object' },
  ],
  [
    'int-or-string says its types in v3',
    { 'x-kubernetes-int-or-string': true },
    { 'x-kubernetes-int-or-string': true, anyOf: either },
    { 'x-kubernetes-int-or-string': true },
  ],
  [
    'besides other alternatives in allOf',
    { 'x-kubernetes-int-or-string': true, anyOf: [{ minimum: 1 }, { pattern: 'x' }] },
    { 'x-kubernetes-int-or-string': true, anyOf: [{ minimum: 1 }, { pattern: 'x' }], allOf: [{ anyOf: either }] },
    { 'x-kubernetes-int-or-string': true },
  ],
  [
    'what may be null is of any type in v2',
    { type: 'object', nullable: true, properties: { b: { type: 'string' } } },
    { type: 'object', nullable: true, properties: { b: { type: 'string' } } },
    {},
  ],
  [
    'a field that may be null is not required in v2',
    { type: 'object', required: ['b', 'c'], properties: { b: { type: 'string', nullable: true }, c: { type: 'string' } } },
    { type: 'object', required: ['b', 'c'], properties: { b: { type: 'string', nullable: true }, c: { type: 'string' } } },
    { type: 'object', required: ['c'], properties: { b: {}, c: { type: 'string' } } },
  ],
  [
    'unknown fields are of any type in v2',
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { b: { type: 'string' } } },
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { b: { type: 'string' } } },
    { 'x-kubernetes-preserve-unknown-fields': true },
  ],
])('%s', (_, schema, v3, v2) => {
  expect([a(publishedV3(root(schema))), a(publishedV2(root(schema)))]).toEqual([v3, v2]);
});

test('embedded objects have the fields of all objects', () => {
  const published = a(
    publishedV3(root({ type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } })),
  );
  expect(published).toMatchObject({
    required: ['kind', 'apiVersion'],
    properties: {
      ...{ apiVersion: { type: 'string' }, kind: { type: 'string' }, spec: { type: 'object' } },
      metadata: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
    },
  });
});

test('what is shown changes nothing of what is stored', () => {
  const schema = root({ 'x-kubernetes-int-or-string': true });
  const before = structuredClone(schema);
  publishedV3(schema);
  publishedV2(schema);
  expect(schema).toEqual(before);
});
