import type { KindSchema } from '#api';
import { CustomShapes } from './custom.js';
import type { Shape, Struct } from './shape.js';

const metadata: Struct = { name: 'ObjectMeta', fields: [], open: false };

/** A shape in one line: structs by name with their fields. */
function told(shape: Shape): string {
  switch (shape.of) {
    case 'list':
      return `[${told(shape.items)}${shape.nullable ? '' : '!'}]`;
    case 'enum':
      return `${shape.type.name}(${shape.type.getValues().map(({ name }) => name)})`;
    case 'struct':
      return fieldsOf(shape.struct);
    case 'structsByKey':
      return `{key: ${fieldsOf(shape.struct)}}`;
    default:
      return shape.of;
  }
}

const fieldsOf = ({ name, fields }: Struct): string =>
  `${name}{${fields.map((field) => `${field.name}${field.required ? '!' : ''}: ${told(field.shape)}`).join(', ')}}`;

/** The fields of a Widget whose schema has these properties. */
function fields(properties: object, more: object = {}): string[] {
  const schema = { published: { type: 'object', properties, ...more } } as unknown as KindSchema;
  const { fields: all } = new CustomShapes(metadata).of({ typeName: 'Widget', schema, plain: false });
  return all.slice(3).map((field) => `${field.key} ${field.name}${field.required ? '!' : ''}: ${told(field.shape)}`);
}

const text = { type: 'string' };
const quantity = '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';
const amount = { anyOf: [{ type: 'integer' }, text], pattern: quantity, 'x-kubernetes-int-or-string': true };

test.each<[string, object, string]>([
  ['a text', text, 'a a: text'],
  ['a point in time', { type: 'string', format: 'date-time' }, 'a a: time'],
  ['bytes', { type: 'string', format: 'byte' }, 'a a: bytes'],
  ['another format', { type: 'string', format: 'ipv4' }, 'a a: text'],
  ['fixed texts', { type: 'string', enum: ['A', 'b c', ''] }, 'a a: Widget_a(A,b_c,UNRECOGNIZED)'],
  ['fixed texts, two with one name', { type: 'string', enum: ['b c', 'b_c'] }, 'a a: text'],
  ['too many fixed texts', { type: 'string', enum: Array.from({ length: 201 }, (_, at) => `v${at}`) }, 'a a: text'],
  ['a reserved name among them', { type: 'string', enum: ['__a'] }, 'a a: text'],
  ['a number', { type: 'number' }, 'a a: double'],
  ['a whole number', { type: 'integer' }, 'a a: int64'],
  ['a short one', { type: 'integer', format: 'int32' }, 'a a: int32'],
  ['a truth', { type: 'boolean' }, 'a a: boolean'],
  ['a number or a text', { 'x-kubernetes-int-or-string': true }, 'a a: intOrString'],
  ['an amount', amount, 'a a: quantity'],
  ['a list', { type: 'array', items: text }, 'a a: [text!]'],
  ['a list with nulls', { type: 'array', items: { ...text, nullable: true } }, 'a a: [text]'],
  ['a list of lists', { type: 'array', items: { type: 'array', items: { type: 'integer' } } }, 'a a: [[int64!]!]'],
  [
    'a list of objects',
    { type: 'array', items: { type: 'object', required: ['b'], properties: { b: text } } },
    'a a: [Widget_a{b!: text}!]',
  ],
  ['an object', { type: 'object', properties: { b: { type: 'object', properties: { c: text } } } }, 'a a: Widget_a{b: Widget_aB{c: text}}'],
  ['a map of texts', { type: 'object', additionalProperties: text }, 'a a: texts'],
  ['a map of bytes', { type: 'object', additionalProperties: { type: 'string', format: 'byte' } }, 'a a: bytesByKey'],
  ['a map of amounts', { type: 'object', additionalProperties: amount }, 'a a: amounts'],
  ['a map of numbers', { type: 'object', additionalProperties: { type: 'integer' } }, 'a a: json'],
  [
    'a map of objects',
    { type: 'object', additionalProperties: { type: 'object', properties: { b: text } } },
    'a a: {key: Widget_a{b: text}}',
  ],
  ['any object', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, 'a a: json'],
  ['anything', { 'x-kubernetes-preserve-unknown-fields': true }, 'a a: json'],
  ['an object of any kind', { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { b: text } }, 'a a: json'],
])('%s', (_what, schema, expected) => expect(fields({ a: schema })).toEqual([expected]));

test('names that GraphQL cannot carry', () => {
  const names = { 'x-y': text, x_y: text, $ref: text, '9': text, __a: text, [`a${'b'.repeat(100)}`]: text, constructor: text };
  expect(fields(names, { required: ['x_y'] })).toEqual([
    'x-y x_y: text',
    'x_y x_y_2!: text',
    '$ref ref: text',
    '__a a: text',
    'constructor constructor: text',
  ]);
});

test('objects at paths that are spelled alike have different types', () => {
  const struct = { type: 'object', properties: { c: text } };
  expect(fields({ 'a-b': struct, aB: struct, a: { type: 'object', properties: { b: struct } } })).toEqual([
    'a-b a_b: Widget_aB{c: text}',
    'aB aB: Widget_aB_2{c: text}',
    'a a: Widget_a{b: Widget_aB_3{c: text}}',
  ]);
});

test('a schema without properties has a spec and a status', () =>
  expect(fields(undefined as never)).toEqual(['spec spec: json', 'status status: json']));

test('what is deep or much is JSON', () => {
  const deep = (levels: number): object => (levels === 0 ? text : { type: 'object', properties: { a: deep(levels - 1) } });
  expect(fields({ a: deep(20) })[0]?.match(/Widget/g)).toHaveLength(16);
  const wide = (count: number): object => ({
    type: 'object',
    properties: Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, text])),
  });
  expect(fields({ a: wide(500), b: wide(501), c: wide(10) }).map((field) => field.slice(0, 14))).toEqual([
    'a a: Widget_a{',
    'b b: json',
    'c c: Widget_c{',
  ]);
  const many = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`o${at}`, wide(500)]));
  expect(fields(many).filter((field) => field.endsWith('json'))).toEqual(['o5 o5: json', 'o6 o6: json', 'o7 o7: json']);
});

test('fields beside `spec`, too, are bounded, and however they are named they take no time', () => {
  // Each of these names is a_ in GraphQL.
  const properties = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, at) => [`a${String.fromCharCode(0x4e00 + at)}`, { type: 'string', enum: ['x'] }]),
  );
  const found = fields(properties);
  expect([found.length, found[0], found.at(-1)]).toEqual([
    500,
    `a${String.fromCharCode(0x4e00)} a_: Widget_a(x,UNRECOGNIZED)`,
    `a${String.fromCharCode(0x4e00 + 499)} a__500: Widget_a_500(x,UNRECOGNIZED)`,
  ]);
});

test('the shapes of a kind are made piece by piece: a field is one', () => {
  const part = { type: 'object', properties: Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`field${at}`, text])) };
  const schema = {
    published: { properties: { a: part, b: { type: 'array', items: part }, c: { type: 'object', additionalProperties: part } } },
  };
  const shapes = new CustomShapes(metadata);
  const widget = { typeName: 'Widget', schema: schema as unknown as KindSchema, plain: false };
  const piecesOf = () => {
    let count = 0;
    const pieces = shapes.inPieces(widget);
    for (let next = pieces.next(); ; next = pieces.next()) {
      if (next.done) return { count, struct: next.value };
      count += 1;
    }
  };
  const first = piecesOf();
  expect(first.count).toBe(3 * 400 + 3);
  expect(piecesOf()).toEqual({ count: 0, struct: first.struct });
});

test('of a plain kind, what is in the fields of an object is JSON', () => {
  const schema = { published: { description: 'A widget.', properties: { spec: { type: 'object', properties: { a: text } }, rest: text } } };
  const shapes = new CustomShapes(metadata);
  const of = (plain: boolean) => shapes.of({ typeName: 'Widget', schema: schema as unknown as KindSchema, plain });
  const [typed, plain] = [of(false), of(true)];
  expect([typed, plain].map(({ fields: all }) => all.slice(3).map(({ name, shape }) => `${name}: ${told(shape)}`))).toEqual([
    ['spec: Widget_spec{a: text}', 'rest: text'],
    ['spec: json', 'rest: json'],
  ]);
  expect(plain.description).toContain('20000 fields have types');
});
