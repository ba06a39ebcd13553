import type { GraphQLInputObjectType } from 'graphql';
import type { ShapeField, Struct } from '../shapes/shape.js';
import { FilterTypes } from './input-types.js';

const field = (name: string, more: Partial<ShapeField> = {}): ShapeField => ({
  ...{ name, key: name, shape: { of: 'text' }, required: false, given: false },
  ...more,
});
const struct = (name: string, fields: readonly ShapeField[]): Struct => ({ name, fields, open: false });
const types = new FilterTypes();

/** The fields of a type with their descriptions, and why they are deprecated. */
const told = (type: GraphQLInputObjectType): Record<string, string> =>
  Object.fromEntries(
    Object.values(type.getFields()).map(({ name, description, deprecationReason: reason }) => [
      name,
      `${description}${reason ? ` Deprecated: ${reason}` : ''}`,
    ]),
  );

const mast = struct('Mast', [
  field('height', { description: 'How high it is. In metres.' }),
  field('sail', { description: 'Its sail. Deprecated: use sails.', deprecated: 'use sails.' }),
]);

test('filters and orders have the summaries of the API’s descriptions, and its deprecations', () => {
  const fields = { height: 'How high it is.', sail: 'Its sail. Deprecated: use sails.' };
  expect(told(types.where(mast))).toEqual({
    and: 'All of these hold.',
    or: 'At least one of these holds.',
    not: 'This does not hold.',
    isNull: 'true: there is no value; false: there is one.',
    ...fields,
  });
  expect(told(types.order(mast))).toEqual(fields);
});

test('an order all of whose fields are deprecated has them undeprecated: most clients would see a type without fields', () => {
  const old = struct('Old', [field('rope', { description: 'Its rope.', deprecated: 'use chains.' })]);
  expect(told(types.order(old))).toEqual({ rope: 'Its rope.' });
});
