import { type GraphQLInputType, parseValue, valueFromAST } from 'graphql';
import { builtInKinds } from '../kinds.js';
import { BuiltInShapes } from '../shapes/built-in.js';
import type { Struct } from '../shapes/shape.js';
import { FilterTypes } from './input-types.js';
import type { Given } from './operators.js';

const definitions = builtInKinds.all.flatMap(({ source, typeName }) =>
  'definition' in source ? [[source.definition, typeName] as const] : [],
);
const shapes = new BuiltInShapes(new Map(definitions), { ofDefinition: () => undefined, ofField: () => undefined }, new Set());

/** The input types of the structs below. */
export const types = new FilterTypes();

/** The struct of a built-in kind, for specs. */
export function structOf(kind: string): Struct {
  const [definition] = definitions.find(([, name]) => name === kind) ?? [];
  if (!definition) throw new Error(`there is no ${kind}`);
  return shapes.structOf(definition);
}

/** An argument as a document has it, coerced. */
export function argument(type: GraphQLInputType, text: string): Given {
  const given = valueFromAST(parseValue(text), type) as Given | undefined;
  if (!given) throw new Error(`not a ${type}: ${text}`);
  return given;
}
