import { limits } from '../limits.js';
import { checkVariables } from './variables.js';

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
