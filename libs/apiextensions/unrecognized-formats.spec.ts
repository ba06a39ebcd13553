import { expect, test } from '@jest/globals';
import type { Schema } from './schema-node.js';
import { unrecognizedFormats } from './unrecognized-formats.js';

test('formats that nothing validates are named, in the order of the schema', () => {
  const schema: Schema = {
    type: 'object',
    properties: {
      b: { type: 'string', format: 'odd' },
      a: { type: 'array', items: { type: 'integer', format: 'uint8' } },
      c: { type: 'object', additionalProperties: { type: 'string', format: 'odd' } },
      d: { type: 'string', format: 'date-time' },
      e: { type: 'integer', format: 'int64' },
    },
    anyOf: [{ properties: { b: { format: 'more' } } }],
  };
  expect(unrecognizedFormats(schema)).toEqual(['more', 'uint8', 'odd', 'odd']);
});
