import { expect, test } from '@jest/globals';
import { formatFieldError } from '#apimachinery';
import type { Schema } from './schema-node.js';
import { validateSelectableFields } from './selectable-fields.js';

const text: Schema = { type: 'string' };
const schema: Schema = {
  type: 'object',
  properties: {
    metadata: { type: 'object', properties: { name: text } },
    spec: {
      type: 'object',
      properties: {
        ...{ color: { type: 'string', enum: ['red'] as never }, on: { type: 'boolean' }, size: { type: 'integer' } },
        ...{ rate: { type: 'number' }, list: { type: 'array', items: text }, map: { type: 'object', additionalProperties: text } },
        ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, text])),
      },
    },
  },
};
const TYPE = 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';

test.each<[string, string[], string[]]>([
  ['texts, booleans and integers', ['.spec.color', '.spec.on', '.spec.size'], []],
  ['the value of a key', ['.spec.map.a'], []],
  ['nothing', [''], ['at[0].jsonPath: Required value']],
  ['no dot', ['spec.color'], ['at[0].jsonPath: Invalid value: "spec.color": is an invalid path: expected [ or . but got: s']],
  [
    'a field that is not specified',
    ['.spec.other'],
    ['at[0].jsonPath: Invalid value: ".spec.other": is an invalid path: does not refer to a valid field'],
  ],
  ['an item', ['.spec.list[0]'], ['at[0].jsonPath: Invalid value: ".spec.list[0]": is an invalid path: array notation is not allowed']],
  ['a number', ['.spec.rate'], [`at[0].jsonPath: Invalid value: ".spec.rate": ${TYPE}`]],
  ['an object', ['.spec'], [`at[0].jsonPath: Invalid value: ".spec": ${TYPE}`]],
  ['the metadata', ['.metadata.name'], ['at[0].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata']],
  ['a field twice', ['.spec.on', '.spec.on'], ['at[1].jsonPath: Duplicate value: ".spec.on"']],
  ['nine fields', Array.from({ length: 9 }, (_, i) => `.spec.f${i}`), ['at: Too many: 9: must have at most 8 items']],
])('%s', (_, paths, want) => {
  const fields = paths.map((jsonPath) => ({ jsonPath }));
  expect(validateSelectableFields('at', fields, schema).map(formatFieldError)).toEqual(want);
});
