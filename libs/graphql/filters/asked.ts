import type { GraphQLEnumType } from 'graphql';
import { getOwn, isJsonObject, memoized } from '#apimachinery';
import { always, derivedName, type Shape, type ShapeField, type Struct } from '../shapes/shape.js';
import { podAmounts } from '../values/pod-amounts.js';

/** What a value is, as far as filters, orders and aggregates are concerned. `texts` and `amounts` are maps. */
export type Asked =
  | { readonly of: 'text' | 'number' | 'boolean' | 'quantity' | 'time' | 'intOrString' | 'texts' | 'amounts' | 'json' }
  | { readonly of: 'enum'; readonly type: GraphQLEnumType }
  | { readonly of: 'object'; readonly struct: Struct }
  | { readonly of: 'list'; readonly items: Asked };

/** A field of an object, and how its value is read from the object, which may be anything. */
export interface AskedField {
  readonly asked: Asked;
  readonly description?: string | undefined;
  /** Why it is deprecated; unset: it is not. */
  readonly deprecated?: string | undefined;
  read(source: unknown): unknown;
  /** Set where the value that is read is a list made of a map each time. */
  readonly isListed?: true;
}

const simple: Readonly<Record<Exclude<Shape['of'], 'enum' | 'list' | 'struct' | 'structsByKey'>, Asked>> = {
  text: { of: 'text' },
  bytes: { of: 'text' },
  int32: { of: 'number' },
  int64: { of: 'number' },
  double: { of: 'number' },
  boolean: { of: 'boolean' },
  quantity: { of: 'quantity' },
  time: { of: 'time' },
  intOrString: { of: 'intOrString' },
  json: { of: 'json' },
  texts: { of: 'texts' },
  bytesByKey: { of: 'texts' },
  amounts: { of: 'amounts' },
};

/** A key and the struct under it. */
const entryOf = memoized(
  (struct: Struct): Struct => ({
    name: derivedName(struct, 'Entry'),
    open: struct.open,
    fields: [
      always('key', { of: 'text' }, 'What the value stands under.'),
      always('value', { of: 'struct', struct }, 'What stands under the key.'),
    ],
  }),
);

/** Lists in lists, which no built-in kind has, are JSON. */
function askedOf(shape: Shape): Asked {
  switch (shape.of) {
    case 'enum':
      return shape;
    case 'struct':
      return { of: 'object', struct: shape.struct };
    case 'structsByKey':
      return { of: 'list', items: { of: 'object', struct: entryOf(shape.struct) } };
    case 'list': {
      const items = askedOf(shape.items);
      return items.of === 'list' ? { of: 'json' } : { of: 'list', items };
    }
    default:
      return simple[shape.of];
  }
}

/** A property of an object; undefined for what is none. */
export const property = (source: unknown, key: string): unknown => (isJsonObject(source) ? getOwn(source, key) : undefined);

function fieldOf({ key, shape, empty, description, deprecated }: ShapeField): AskedField {
  const asked = askedOf(shape);
  const told = { asked, description, deprecated };
  if (shape.of === 'structsByKey') {
    const listed = (value: unknown) =>
      isJsonObject(value) ? Object.entries(value).map(([of, below]) => ({ key: of, value: below })) : value;
    return { ...told, isListed: true, read: (source) => listed(property(source, key)) };
  }
  return { ...told, read: (source) => property(source, key) ?? (isJsonObject(source) ? empty : undefined) };
}

/** Fields that the graph adds to the API's objects, by the types that have them. */
const derived: Readonly<Record<string, Readonly<Record<string, AskedField>>>> = {
  Pod: {
    requests: {
      asked: { of: 'amounts' },
      description: 'What its containers request together, as the scheduler counts it.',
      read: (pod) => podAmounts.requests(pod as never),
    },
    limits: {
      asked: { of: 'amounts' },
      description: 'What its containers are limited to together.',
      read: (pod) => podAmounts.limits(pod as never),
    },
  },
};

/** Names of the operators that stand among the fields of a `where`. */
const operators: ReadonlySet<string> = new Set(['and', 'or', 'not', 'isNull']);

/** What can be asked of objects of a struct, by name. A field with the name of an operator has an underscore behind it. */
export const askedFields = memoized((struct: Struct): ReadonlyMap<string, AskedField> => {
  const fields = new Map<string, AskedField>(struct.open ? [] : Object.entries(getOwn(derived, struct.name) ?? {}));
  for (const field of struct.fields) {
    let { name } = field;
    while (operators.has(name) || fields.has(name)) name += '_';
    fields.set(name, fieldOf(field));
  }
  return fields;
});
