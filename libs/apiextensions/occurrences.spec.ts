import { expect, test } from '@jest/globals';
import { type Occurrences, occurrencesOf } from './occurrences.js';
import type { Schema } from './schema-node.js';

const none: Occurrences = { embedded: false, defaults: false, uniqueLists: false };

test.each<[string, Schema, Partial<Occurrences>]>([
  ['nothing', { type: 'object' }, {}],
  ['a default', { type: 'string', default: '' }, { defaults: true }],
  ['null is no default', { type: 'string', default: null as never }, {}],
  ['in a property', { type: 'object', properties: { a: { type: 'string', default: 'x' } } }, { defaults: true }],
  [
    'in items',
    { type: 'array', items: { type: 'object', properties: { s: { type: 'array', 'x-kubernetes-list-type': 'set' } } } },
    { uniqueLists: true },
  ],
  [
    'in additionalProperties',
    { type: 'object', additionalProperties: { type: 'object', 'x-kubernetes-embedded-resource': true } },
    { embedded: true },
  ],
  ['an atomic list may have duplicates', { type: 'array', 'x-kubernetes-list-type': 'atomic', items: { type: 'string' } }, {}],
  [
    'several',
    {
      type: 'object',
      properties: { a: { type: 'array', 'x-kubernetes-list-type': 'map' }, b: { 'x-kubernetes-embedded-resource': true, default: {} } },
    },
    { uniqueLists: true, embedded: true, defaults: true },
  ],
])('%s', (_, schema, want) => {
  expect(occurrencesOf(schema)).toEqual({ ...none, ...want });
});
