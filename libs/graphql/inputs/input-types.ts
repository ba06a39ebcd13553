import {
  type GraphQLInputFieldConfig,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
} from 'graphql';
import { memoized } from '#apimachinery';
import { Json, QuantityMap, scalarsOfShapes } from '../scalars.js';
import { derivedName, type Shape, type ShapeField, type Struct } from '../shapes/shape.js';
import { summaryOf } from '../shapes/summary.js';

const scalars: Readonly<Record<Exclude<Shape['of'], 'enum' | 'list' | 'struct'>, GraphQLInputType>> = {
  ...scalarsOfShapes,
  amounts: QuantityMap,
  structsByKey: Json,
};

/** Fields that are not written: the kind is said by the input's own field, and the status is the controllers'. */
const notOfKinds: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'status']);

/** What the API sets itself, whoever writes. */
const notOfMetadata: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'selfLink',
]);

const preconditions: Readonly<Record<string, string>> = {
  uid: 'A precondition: the write fails if the object has another one.',
  resourceVersion: 'A precondition: the write fails if the object was changed since.',
};

/** Input types of structs, made on first use: the fields that clients write. */
export class InputTypes {
  /** The structs of kinds' objects. */
  private readonly kinds = new WeakSet<Struct>();
  private readonly ofStruct = memoized((struct: Struct) => {
    const fields = () => (this.kinds.has(struct) ? this.fieldsOfKind(struct) : this.fieldsOf(struct));
    const description = summaryOf(struct.description) ?? `${struct.name}, as it is written.`;
    return new GraphQLInputObjectType({ name: derivedName(struct, 'Input'), description, fields });
  });

  /** `metadata`: the struct of every object's. */
  constructor(private readonly metadata: Struct) {}

  /** The type of a kind's objects, without apiVersion, kind and status. */
  ofKind(struct: Struct): GraphQLInputObjectType {
    this.kinds.add(struct);
    return this.ofStruct(struct);
  }

  private fieldsOfKind({ fields }: Struct): GraphQLInputFieldConfigMap {
    const given = fields.filter(({ key }) => !notOfKinds.has(key));
    return Object.fromEntries(given.map((field) => [field.name, this.ofField(field, field.key === 'metadata')]));
  }

  private fieldsOf(struct: Struct): GraphQLInputFieldConfigMap {
    const isMetadata = struct === this.metadata;
    const given = struct.fields.filter(({ key }) => !(isMetadata && notOfMetadata.has(key)));
    // Most clients do not ask for deprecated fields of inputs, and refuse a type without any other.
    const isLeftOut = given.every(({ deprecated }) => deprecated);
    return Object.fromEntries(
      given.map((field) => {
        const description = (isMetadata && preconditions[field.key]) || field.description;
        return [field.name, this.ofField({ ...field, description, ...(isLeftOut && { deprecated: undefined }) })];
      }),
    );
  }

  private ofField({ shape, description: whole, deprecated, required }: ShapeField, isRequired = required): GraphQLInputFieldConfig {
    const type = this.ofShape(shape);
    const description = summaryOf(whole);
    if (isRequired) return { type: new GraphQLNonNull(type), description };
    return { type, description, ...(deprecated && { deprecationReason: deprecated }) };
  }

  private ofShape(shape: Shape): GraphQLInputType {
    switch (shape.of) {
      case 'enum':
        return shape.type;
      case 'list': {
        const items = this.ofShape(shape.items);
        return new GraphQLList(shape.nullable ? items : new GraphQLNonNull(items));
      }
      case 'struct':
        // Without fields that can be named it is JSON.
        return shape.struct.fields.length === 0 ? Json : this.ofStruct(shape.struct);
      default:
        return scalars[shape.of];
    }
  }
}

const fieldsOf = memoized((struct: Struct): ReadonlyMap<string, ShapeField> => new Map(struct.fields.map((field) => [field.name, field])));

/** The value that an input stands for, with the names that fields have in objects; null is the same as none, as in the API. */
export function givenValue(shape: Shape, input: unknown): unknown {
  if (shape.of === 'list' && Array.isArray(input)) return input.map((item) => givenValue(shape.items, item));
  if (shape.of !== 'struct' || typeof input !== 'object' || input === null || shape.struct.fields.length === 0) return input;
  const value: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(input)) {
    const field = fieldsOf(shape.struct).get(name);
    if (field && given !== null && given !== undefined) value[field.key] = givenValue(field.shape, given);
  }
  return value;
}
