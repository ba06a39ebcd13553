import { getIntrospectionQuery, parse, validate } from 'graphql';
import { BuiltInGraph } from '../schema.js';
import { checkDocument, checkSource, parseOptions } from './document.js';

const times = (count: number, text: (index: number) => string) => Array.from({ length: count }, (_, i) => text(i)).join(' ');

const bounded = (source: string): void => {
  checkSource(source);
  checkDocument(parse(source, parseOptions));
};

describe('a document', () => {
  test.each([
    [
      'too long',
      `{ a } #${'x'.repeat(200_000)}`,
      'The document has 200007 characters, and 200000 is the limit: send long texts as variables.',
    ],
    [
      'of too many tokens',
      `{ ${'a(b: [1 2 3]) '.repeat(1_200)} }`,
      'The document has more than 10000 tokens, and that is the limit: send values as variables, or ask in several requests.',
    ],
    [
      'of deep objects',
      `{ a(b: ${'{c: '.repeat(2_400)}1${'}'.repeat(2_400)}) }`,
      'The document nests brackets deeper than 200 levels: select less deeply.',
    ],
    [
      'of deep lists',
      `{ a(b: ${'['.repeat(4_000)}${']'.repeat(4_000)}) }`,
      'The document nests brackets deeper than 200 levels: select less deeply.',
    ],
    [
      'of too many fields',
      `{ ${times(1_501, (i) => `a${i}: a`)} }`,
      'The query asks for 1501 fields, and 1500 is the limit: ask for fewer, or in several requests.',
    ],
    [
      'of many operations',
      times(201, (i) => `query Q${i} { a }`),
      'The document has 201 operations, and 200 is the limit: send them in several requests.',
    ],
    [
      'of many variables',
      `query (${times(501, (i) => `$v${i}: Int`)}) { a }`,
      'The document has 501 variables, and 500 is the limit: gather them in lists and objects.',
    ],
    [
      'of many directives',
      `{ a ${'@include(if: true) '.repeat(501)} }`,
      'The document has 501 directives, and 500 is the limit: put them on fragments, each for many fields.',
    ],
    ['with one field many times', `{ ${'a { b } '.repeat(150)} }`, 'The query asks for too many fields under one name ('],
    [
      'with many objects in arguments',
      `{ a(b: [${'{ c: {} } '.repeat(251)}]) { d } }`,
      'The document has more than 500 objects in its arguments: send them as variables.',
    ],
    [
      'with one field in many fragments',
      `{ ${times(150, (i) => `...f${i}`)} } ${times(150, (i) => `fragment f${i} on Query { a }`)}`,
      'The query asks for too many fields under one name (',
    ],
    [
      'of many fragments',
      `{ ${times(200, (i) => `...f${i}`)} } ${times(200, (i) => `fragment f${i} on Query { a${i} }`)}`,
      'The query asks for too many fields under one name (',
    ],
  ])('%s is rejected before it is validated', (_name, source, message) => expect(() => bounded(source)).toThrow(message));

  test('sent by tools is accepted', () => {
    const schema = new BuiltInGraph({ ofDefinition: () => undefined, ofField: () => undefined }).schema;
    const source = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
    });
    expect(() => bounded(source)).not.toThrow();
    expect(validate(schema, parse(source))).toEqual([]);
    expect(() => bounded(`{ ${times(350, (i) => `p${i}: pod(name: "p${i}") { kind metadata { name } }`)} }`)).not.toThrow();
  });
});
