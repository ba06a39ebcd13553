import { getOperationAST, parse } from 'graphql';
import { limits } from '../limits.js';
import { BuiltInGraph } from '../schema.js';
import { checkVariables, checkVariableTypes } from './variables.js';

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

test.each([
  ['none', undefined],
  ['a long text', { manifest: 'x'.repeat(3 * 1024 * 1024) }],
  ['as many as may be', { list: Array(limits.variableValues - 1).fill(1) }],
  ['as deep as may be', { deep: nested(limits.variableDepth - 1) }],
])('variables with %s are taken', (_name, variables) => expect(() => checkVariables(variables)).not.toThrow());

test.each([
  ['The variables hold more than 20000 values: send objects as a text, in `manifest`.', { list: Array(limits.variableValues).fill(1) }],
  ['The variables are nested deeper than 200 levels.', { deep: nested(limits.variableDepth) }],
  ['The variables are nested deeper than 200 levels.', { deep: nested(100_000) }],
])('%s', (message, variables) => expect(() => checkVariables(variables as Record<string, unknown>)).toThrow(message));

const { schema } = new BuiltInGraph({ ofDefinition: () => undefined, ofField: () => undefined });
const typed = (operation: string, variables: Record<string, unknown>) => () =>
  checkVariableTypes(schema, getOperationAST(parse(operation))?.variableDefinitions ?? [], variables);

const question = 'query ($where: PodWhere) { pods(where: $where) { items { kind } } }';
const conditions = (count: number) => ({
  where: { and: Array.from({ length: count }, () => ({ spec: {}, status: { conditions: { some: {} } } })) },
});

test('objects in variables are taken as far as their types have few fields together', () => {
  expect(typed(question, conditions(200))).not.toThrow();
  expect(typed(question, { where: { metadata: { name: { in: Array(19_000).fill('x') } } } })).not.toThrow();
  expect(typed(question, { where: 7 })).not.toThrow();
  expect(typed('query ($n: Nothing, $i: Int) { cluster { id } }', { n: {}, i: 1 })).not.toThrow();
  expect(typed(question, conditions(2_000))).toThrow('The objects in the variables have more than 60000 fields to look at');
});
