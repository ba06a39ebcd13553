import { validateSchema } from './validate-schema.js';

const spec = (more: object) => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: { a: { type: 'string' } }, ...more } },
});
const at = 'schema.properties[spec]';

test.each<[string, object, string[]]>([
  ['additionalProperties: true beside properties', spec({ additionalProperties: true }), []],
  [
    'a schema of additionalProperties beside properties',
    spec({ additionalProperties: { type: 'string' } }),
    [`${at}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`],
  ],
  [
    'additionalProperties at the root',
    { type: 'object', additionalProperties: { type: 'string' } },
    ['schema.additionalProperties: Forbidden: must not be used at the root'],
  ],
  ['no type at the root', {}, ['schema.type: Required value: must not be empty at the root']],
  ['another type at the root', { type: 'string' }, ['schema.type: Invalid value: "string": must be object at the root']],
  [
    'no type of a field',
    { type: 'object', properties: { a: {} } },
    ['schema.properties[a].type: Required value: must not be empty for specified object fields'],
  ],
  ['unknown fields are preserved', { type: 'object', properties: { a: { 'x-kubernetes-preserve-unknown-fields': true } } }, []],
  [
    'an array without items',
    { type: 'object', properties: { a: { type: 'array' } } },
    ['schema.properties[a].items: Required value: must be specified'],
  ],
])('%s', (_, schema, want) => {
  const errors = validateSchema('schema', schema as never, { status: false });
  expect(errors.map(({ field, message }: { field: string; message: string }) => `${field}: ${message}`)).toEqual(want);
});
