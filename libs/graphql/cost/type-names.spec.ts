import { buildSchema, GraphQLError, parse } from 'graphql';
import { checkTypeNames, typesNamedIn } from './type-names.js';

const schema = buildSchema('type Query { pod: Pod } type Pod { a: Int } type PodList { a: Int } input PodFilter { a: Int }');

function errorOf(text: string): unknown {
  try {
    checkTypeNames(typesNamedIn(parse(text)), text, schema);
    return undefined;
  } catch (error) {
    return error instanceof GraphQLError && [error.message, error.locations, error.extensions];
  }
}

test.each<[string, string, string | undefined, number]>([
  ['known ones', 'query ($f: PodFilter!, $n: [Int!]) { pod { ... on Pod { a } ... { __typename } } }', undefined, 0],
  ['types of introspection', '{ __schema { ... on __Schema { description } } }', undefined, 0],
  ['an unknown one', '{ pod { ... on Node { a } } }', 'Unknown type "Node".', 16],
  ['a misspelled one', 'query ($f: PodFiltr) { pod { a } }', 'Unknown type "PodFiltr". Did you mean "PodFilter"?', 12],
  ['in other letters', 'fragment f on podList { a }', 'Unknown type "podList". Did you mean "PodList"?', 15],
  ['of two the first', '{ pod { ... on One { a } ... on Two { a } } }', 'Unknown type "One".', 16],
])('%s', (_, text, message, column) => {
  const code = 'GRAPHQL_VALIDATION_FAILED';
  expect(errorOf(text)).toEqual(message === undefined ? undefined : [message, [{ line: 1, column }], { code }]);
});

test('an unknown name is compared with some of those that begin alike, however many there are', () => {
  const many = buildSchema(`type Query { a: Int } ${Array.from({ length: 5000 }, (_, at) => `type Pod${at} { a: Int }`).join(' ')}`);
  const messageOf = (name: string) => {
    try {
      checkTypeNames([{ name, at: 0 }], '{ a }', many);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  expect(messageOf('Pod250x')).toContain('Did you mean "Pod250"');
  expect(messageOf('Pod4999x')).toBe('Unknown type "Pod4999x".');
});
