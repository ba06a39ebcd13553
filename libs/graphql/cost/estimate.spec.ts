import { type FragmentDefinitionNode, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { limits } from '../limits.js';
import { BuiltInGraph } from '../schema.js';
import { estimate } from './estimate.js';

const schema = new BuiltInGraph({ ofDefinition: () => undefined, ofField: () => undefined }).schema;

function estimated(query: string, variables: Record<string, unknown> = {}): number | string {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const values = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  const fragments = Object.fromEntries(
    document.definitions.flatMap((node) => (node.kind === 'FragmentDefinition' ? [[node.name.value, node as FragmentDefinitionNode]] : [])),
  );
  try {
    return estimate({ schema, fragments, variables: values.coerced ?? {} }, operation);
  } catch (error) {
    return (error as Error).message;
  }
}

const tooDear = (points: string) =>
  `The query may read more than ${limits.estimate} objects (estimated: ${points}): ask for fewer relations or smaller pages.`;
const times = (count: number, field: (index: number) => string) => Array.from({ length: count }, (_, i) => field(i)).join(' ');
const doubling = (levels: number, last: string) =>
  `{ pods(limit: 1) { items { ...f0 } } } ${times(levels, (i) => `fragment f${i} on Pod { a${i}: node { metadata { name } } ...f${i + 1} b: owner { ... on Pod { ...f${i + 1} } } }`)} fragment f${levels} on Pod { ${last} }`;

describe('the cost of an operation before it runs', () => {
  test.each<[string, string, Record<string, unknown>, number | string]>([
    ['no reading', '{ cluster { id } }', {}, 0],
    ['one object', '{ pod(name: "a") { metadata { name } } }', {}, 1],
    ['the default page', '{ pods { items { metadata { name } } } }', {}, 100],
    ['a page with relations', '{ pods(limit: 5) { items { node { kind } events(limit: 3) { reason } } } }', {}, 5 + 5 * (1 + 4)],
    ['a relation without a limit', '{ nodes(limit: 1) { items { pods { owner { kind } } } } }', {}, 1 + 1 * (11 + 10)],
    ['a limit in a variable', 'query ($n: Int) { pods(limit: $n) { items { node { kind } } } }', { n: 500 }, 1_000],
    ['a limit by a variable’s default', 'query ($n: Int = 7) { pods(limit: $n) { items { node { kind } } } }', {}, 14],
    ['a variable that is null', 'query ($n: Int) { pods(limit: $n) { items { node { kind } } } }', { n: null }, 200],
    [
      'what a variable leaves out',
      'query ($more: Boolean!) { pods(limit: 1) { items { events @include(if: $more) { reason } } } }',
      { more: false },
      1,
    ],
    ['the usual tour', '{ deployments { items { pods { node { kind } events { reason } } } } }', {}, 100 + 100 * (11 + 10 * 12)],
    ['services of pods of services', '{ nodes { items { pods { services { pods { services { kind } } } } } } }', {}, tooDear('1222200')],
    [
      'a large page in a variable',
      'query ($n: Int!) { pods(limit: $n) { items { services { pods { kind } } } } }',
      { n: 500 },
      tooDear('61000'),
    ],
    ['a filter', '{ pods(where: { kind: { eq: "a" } }, limit: 5) { items { node { kind } } } }', {}, 1_000 + 5],
    ['an order', '{ pods(orderBy: { kind: ASC }) { items { kind } } }', {}, 1_000],
    [
      'an aggregate beside a page',
      '{ pods(limit: 500) { items { node { kind } } aggregate { count } ... { aggregate { count } } } }',
      {},
      3_000,
    ],
    ['aggregates of relations', '{ nodes(limit: 5) { items { podsAggregate { count } } } }', {}, 5 + 5 * 11],
    ['event chains', `{ ${times(40, (i) => `a${i}: eventChain(resourceVersion: "5") { summary }`)} }`, {}, tooDear('200000')],
    ['a short event chain', '{ eventChain(resourceVersion: "5", entries: 100) { summary object { kind } } }', {}, 10],
    ['introspection many times', `{ ${times(60, (i) => `a${i}: __schema { types { name } }`)} }`, {}, tooDear('300000')],
    [
      'fragments that are spread twice each',
      doubling(12, 'events { reason }'),
      {},
      'The query asks for 24574 fields, and 1500 is the limit: ask for fewer, or in several requests.',
    ],
    [
      'deep',
      `{ pods { items { ${'owner { '.repeat(20)} kind ${'} '.repeat(20)} } } }`,
      {},
      'The query is nested 23 levels deep, and 20 is the limit: ask for what lies deeper in a request of its own.',
    ],
    [
      'deep introspection',
      `{ __schema { types { ${'ofType { '.repeat(16)} name ${'} '.repeat(16)} } } }`,
      {},
      'Introspection is nested 18 levels deep, and 16 is the limit: ask for types by their names.',
    ],
  ])('%s', (_name, query, variables, expected) => expect(estimated(query, variables)).toEqual(expected));

  test('is just as fast if fragments multiply a thousand times over', () => {
    // 2^400 fields: only an algorithm that counts every fragment once terminates.
    const chain = `{ pods(limit: 1) { items { ...f0 } } } ${times(400, (i) => `fragment f${i} on Pod { ...f${i + 1} ... on Pod { ...f${i + 1} } }`)} fragment f400 on Pod { events { reason } }`;
    const document = parse(chain);
    const fragments = Object.fromEntries(
      document.definitions.flatMap((node) =>
        node.kind === 'FragmentDefinition' ? [[node.name.value, node as FragmentDefinitionNode]] : [],
      ),
    );
    const operation = getOperationAST(document);
    if (!operation) throw new Error('no operation');
    expect(() => estimate({ schema, fragments, variables: {} }, operation)).toThrow(
      /^The query asks for \d+ fields, and 1500 is the limit/,
    );
  });
});
