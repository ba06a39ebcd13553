import type { KindSchema } from '#api';
import { limits } from '../limits.js';
import { typedFields } from './typed-fields.js';

const object = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
const names = (count: number) => Array.from({ length: count }, (_, at) => `f${at}`);

test.each([
  ['no schema', undefined, 0],
  ['fields', object('a', 'b'), 2],
  ['fields below fields', { properties: { spec: object('a', 'b'), status: object('c') } }, 5],
  ['lists of objects', { properties: { spec: { type: 'array', items: object('a', 'b') } } }, 3],
  ['maps of objects', { properties: { spec: { additionalProperties: object('a', 'b') } } }, 3],
  ['more than are typed of an object', object(...names(limits.customObjectFields + 1)), limits.customObjectFields],
  [
    'more than are typed of a kind',
    { properties: Object.fromEntries(names(100).map((name) => [name, object(...names(100))])) },
    limits.customFields,
  ],
  ['something else', { properties: [], items: 1, additionalProperties: true }, 0],
])('%s', (_, published, count) => {
  expect(typedFields({ published } as unknown as KindSchema)).toBe(count);
});
