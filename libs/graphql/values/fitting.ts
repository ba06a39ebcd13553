import { GraphQLError, type GraphQLFieldResolver } from 'graphql';
import { getOwn, isJsonObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import type { Shape, ShapeField } from '../shapes/shape.js';

type Resolve = GraphQLFieldResolver<unknown, GraphContext>;

const isText = (value: unknown): boolean => typeof value === 'string';
const INT32 = 2 ** 31;

/** Whether a value can be shown as its shape says. What is in it is looked at when it is shown. */
function fits(value: unknown, shape: Shape): boolean {
  switch (shape.of) {
    case 'text':
    case 'bytes':
    case 'time':
    case 'enum':
      return isText(value);
    case 'int32':
      return Number.isInteger(value) && (value as number) >= -INT32 && (value as number) < INT32;
    case 'int64':
      return Number.isInteger(value);
    case 'double':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'quantity':
    case 'intOrString':
      return isText(value) || typeof value === 'number';
    case 'json':
      return true;
    case 'list':
      return Array.isArray(value) && value.every((item) => (item === null ? shape.nullable === true : fits(item, shape.items)));
    case 'texts':
    case 'bytesByKey':
      return isJsonObject(value) && Object.values(value).every(isText);
    case 'structsByKey':
      return isJsonObject(value) && Object.values(value).every(isJsonObject);
    default:
      return isJsonObject(value);
  }
}

/**
 * Reads a field of an object of the cluster's own kinds, which may have been stored under another schema: what does not fit this one is an
 * error of its field.
 */
export const fitting =
  (field: ShapeField, resolve: Resolve | undefined): Resolve =>
  (source, args, context, info) => {
    const value = getOwn(source as Readonly<Record<string, unknown>>, field.key);
    if (value === undefined || value === null) return null;
    if (!fits(value, field.shape)) {
      const message = `${field.key}: the value is not as the schema of its kind now says: see \`json\``;
      throw new GraphQLError(message, { extensions: { code: 'UNEXPECTED_VALUE' } });
    }
    return resolve ? resolve(source, args, context, info) : value;
  };
