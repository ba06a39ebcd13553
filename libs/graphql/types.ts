import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  type GraphQLInterfaceType,
  GraphQLList,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { KindSchema } from '#api';
import { memoized } from '#apimachinery';
import type { GraphContext } from './context.js';
import type { Pieces } from './execution/pieces.js';
import type { GraphKind } from './kinds.js';
import { nullableListOf, required } from './output-types.js';
import { Json, scalarsOfShapes } from './scalars.js';
import type { BuiltInShapes } from './shapes/built-in.js';
import { type CustomKind, CustomShapes } from './shapes/custom.js';
import { derivedName, type Shape, type ShapeField, type Struct } from './shapes/shape.js';
import { enumField } from './values/enum-types.js';
import { fitting } from './values/fitting.js';
import { bytesMapField, structsByKeyField, textsField } from './values/maps.js';
import { quantityField, ResourceList } from './values/quantities.js';
import { ageField, timeField } from './values/times.js';

type Fields = GraphQLFieldConfigMap<unknown, GraphContext>;
type FieldConfig = GraphQLFieldConfig<unknown, GraphContext>;

const customKind = ({ typeName }: GraphKind, { own, plain = false }: { own: KindSchema; plain?: boolean }): CustomKind => ({
  typeName,
  schema: own,
  plain,
});

/** Fields that every object has: those of the interface. */
const ofObjects: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

const scalars: Readonly<Record<Exclude<Shape['of'], 'enum' | 'list' | 'struct' | 'structsByKey'>, GraphQLOutputType>> = {
  ...scalarsOfShapes,
  amounts: ResourceList,
};

/** Of structs whose values may have more than the schema says. */
const wholeField: FieldConfig = { type: Json, description: 'All of it, with what the schema does not name.', resolve: (value) => value };

/** The object types of the graph, made of shapes on first use. */
export class Types {
  /** The kinds whose objects structs are of; clusters with the same custom kind share its struct. */
  private readonly kindOf: WeakMap<Struct, GraphKind>;
  private readonly objectMeta: Struct;
  private readonly custom: CustomShapes;

  /** `extra`: the fields of a kind's objects that are not in its schema. */
  constructor(
    kinds: readonly GraphKind[],
    private readonly shapes: BuiltInShapes,
    private readonly kindInterface: () => GraphQLInterfaceType,
    private readonly extra: (kind: GraphKind) => Fields,
  ) {
    this.objectMeta = shapes.metadata;
    this.custom = new CustomShapes(this.objectMeta);
    this.kindOf = new WeakMap(
      kinds.flatMap((kind) => ('definition' in kind.source ? [[shapes.structOf(kind.source.definition), kind]] : [])),
    );
  }

  /** The struct of a kind's objects; the same for as long as there is that kind. */
  readonly structOf = memoized((kind: GraphKind): Struct => {
    const { source } = kind;
    return 'own' in source ? this.custom.of(customKind(kind, source)) : this.shapes.structOf(source.definition);
  });

  /** Makes the struct of a kind's objects, if there is none yet. */
  *prepare(kind: GraphKind): Pieces<void> {
    const { source } = kind;
    if (!('own' in source)) return;
    const made = yield* this.custom.inPieces(customKind(kind, source));
    // Kept from here on: the shapes are kept for those who have them only.
    if (this.structOf(kind) !== made) throw new Error(`the shape of ${kind.typeName} was made twice`);
  }

  /** The type of a kind's objects. */
  ofKind(kind: GraphKind): GraphQLObjectType {
    const struct = this.structOf(kind);
    if (!this.kindOf.has(struct)) this.kindOf.set(struct, kind);
    return this.ofStruct(struct);
  }

  /** For a custom kind: a field of the graph's own comes before a property of its name, which has an underscore at its end. */
  private ofOwn(kind: GraphKind, struct: Struct): GraphQLObjectType {
    return new GraphQLObjectType<unknown, GraphContext>({
      name: struct.name,
      description: struct.description,
      interfaces: [this.kindInterface()],
      fields: () => {
        const shared = { ...this.kindInterface().toConfig().fields, ...this.extra(kind) };
        const own: Fields = {};
        for (const field of struct.fields) {
          if (ofObjects.has(field.name)) continue;
          let name = field.name;
          while (Object.hasOwn(shared, name) || Object.hasOwn(own, name)) name += '_';
          own[name] = this.ofField(struct, field);
        }
        return { ...own, ...shared };
      },
    });
  }

  /** The type of a struct; that of a kind has the fields of every object, too. */
  readonly ofStruct = memoized((struct: Struct): GraphQLObjectType => {
    const kind = this.kindOf.get(struct);
    if (kind && 'own' in kind.source) return this.ofOwn(kind, struct);
    return new GraphQLObjectType<unknown, GraphContext>({
      name: struct.name,
      description: struct.description,
      interfaces: kind ? () => [this.kindInterface()] : [],
      fields: () => ({ ...this.fields(struct), ...(kind && this.extra(kind)) }),
    });
  });

  private fields(struct: Struct): Fields {
    const fields = struct.fields.map((field) => [field.name, this.ofField(struct, field)] as const);
    return {
      ...Object.fromEntries(fields),
      ...(struct === this.objectMeta && { age: ageField }),
      ...(struct.open && !fields.some(([name]) => name === 'json') && { json: wholeField }),
    };
  }

  private ofField({ open }: Struct, field: ShapeField): FieldConfig {
    const { description, deprecated, given } = field;
    const { type, args, resolve } = this.config(field);
    return {
      type: given ? required(type) : type,
      ...(args && { args }),
      description,
      ...(deprecated && { deprecationReason: deprecated }),
      ...(open ? { resolve: fitting(field, resolve) } : resolve && { resolve }),
    };
  }

  /** A field with the arguments that values of its shape take. */
  private config({ key, shape }: ShapeField): FieldConfig {
    switch (shape.of) {
      case 'enum':
        return enumField(key, shape.type);
      case 'quantity':
        return quantityField(key);
      case 'time':
        return timeField(key);
      case 'texts':
        return textsField(key);
      case 'bytesByKey':
        return bytesMapField(key);
      case 'structsByKey':
        return structsByKeyField(key, this.entryOf(shape.struct));
      default:
        return { type: this.ofShape(shape) };
    }
  }

  /** The type of values of a shape without arguments: of the items of a list. */
  private ofShape(shape: Shape): GraphQLOutputType {
    switch (shape.of) {
      case 'list': {
        const items = this.ofShape(shape.items);
        return new GraphQLList(shape.nullable ? items : required(items));
      }
      case 'struct':
        return this.ofStruct(shape.struct);
      case 'structsByKey':
        return nullableListOf(this.entryOf(shape.struct));
      case 'enum':
        return shape.type;
      default:
        return scalars[shape.of];
    }
  }

  private readonly entryOf = memoized(
    (struct: Struct) =>
      new GraphQLObjectType<unknown, GraphContext>({
        name: derivedName(struct, 'Entry'),
        description: `A key and its ${struct.name}.`,
        fields: () => ({
          key: { type: required(GraphQLString), description: 'What the value stands under.' },
          value: { type: required(this.ofStruct(struct)), description: 'What stands under the key.' },
        }),
      }),
  );
}
