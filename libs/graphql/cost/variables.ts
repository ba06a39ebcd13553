import {
  GraphQLError,
  GraphQLInputObjectType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { memoized } from '#apimachinery';
import { limits } from '../limits.js';
import { excessOf } from './values.js';

const refused = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' } });

/** Throws if the values of variables are so many, or nested so deeply, that coercing them to their types would take long. Texts are one each. */
export function checkVariables(variables: Readonly<Record<string, unknown>> | null | undefined): void {
  const excess = excessOf(variables);
  if (excess === 'deep') throw refused(`The variables are nested deeper than ${limits.variableDepth} levels.`);
  if (excess) throw refused(`The variables hold more than ${limits.variableValues} values: send objects as a text, in \`manifest\`.`);
}

/** The number of a type's fields, and the types of those that are objects. */
interface Fields {
  readonly count: number;
  readonly objects: ReadonlyMap<string, GraphQLInputObjectType>;
}

const fieldsOf = memoized((type: GraphQLInputObjectType): Fields => {
  const fields = Object.values(type.getFields());
  const objects = fields.flatMap((field) => {
    const named = getNamedType(field.type);
    return named instanceof GraphQLInputObjectType ? [[field.name, named] as const] : [];
  });
  return { count: fields.length, objects: new Map(objects) };
});

/**
 * Throws if coercing the values of variables would look at too many fields: at each that the type of an object has, whether it is written or
 * not. The values are bounded (`checkVariables`).
 */
export function checkVariableTypes(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
): void {
  let fields = 0;
  const open: Array<[GraphQLInputObjectType, unknown]> = [];
  const enter = (type: GraphQLType | undefined, value: unknown): void => {
    const named = type && getNamedType(type);
    if (named instanceof GraphQLInputObjectType) open.push([named, value]);
  };
  for (const { variable, type } of definitions) enter(typeFromAST(schema, type as never), variables[variable.name.value]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [type, value] = next;
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) open.push([type, item]);
      continue;
    }
    const { count, objects } = fieldsOf(type);
    fields += count;
    if (fields > limits.variableFields) {
      throw refused(
        `The objects in the variables have more than ${limits.variableFields} fields to look at: send fewer at once, or a text in \`manifest\`.`,
      );
    }
    for (const [name, below] of Object.entries(value)) {
      const of = objects.get(name);
      if (of) open.push([of, below]);
    }
  }
}
