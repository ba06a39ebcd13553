import {
  GraphQLBoolean,
  type GraphQLFieldConfigMap,
  GraphQLFloat,
  GraphQLInt,
  type GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { Definition, Field, KindSchema, Special, Type } from '#api';
import type { GraphContext } from './context.js';
import { type GraphKind, packagePrefix } from './kinds.js';
import { Int64, IntOrString, Json, Quantity, Time } from './scalars.js';
import { EnumTypes, enumField } from './values/enum-types.js';
import { bytesMapField, textsField } from './values/maps.js';
import { quantityField, ResourceList } from './values/quantities.js';
import { ageField, timeField } from './values/times.js';

/** Texts for the schema's documentation. */
export interface Descriptions {
  ofDefinition(definition: Definition): string | undefined;
  ofField(definition: Definition, field: string): string | undefined;
}

type Fields = GraphQLFieldConfigMap<unknown, GraphContext>;

const specials: Record<Special, GraphQLOutputType> = {
  quantity: Quantity,
  time: Time,
  microTime: Time,
  intOrString: IntOrString,
  raw: Json,
  fields: Json,
  json: Json,
  schemaOrArray: Json,
  schemaOrBool: Json,
  schemaOrStrings: Json,
};

const OBJECT_META = 'meta.v1.ObjectMeta';

const plainTypes: readonly GraphQLOutputType[] = [GraphQLString, GraphQLInt, Int64, GraphQLFloat, GraphQLBoolean];

/** Texts and numbers that the API writes even when they are empty. Empty values of enums are null. */
const isAlwaysGiven = ({ keepZero, pointer }: Field, type: GraphQLOutputType): boolean => keepZero && !pointer && plainTypes.includes(type);

/** A field name that is valid in GraphQL. */
const isName = (text: string): boolean => /^[A-Za-z][A-Za-z0-9_]*$/.test(text);

/**
 * GraphQL object types of the API's definitions, created on first use. A definition with fields that are not valid names in GraphQL
 * (JSONSchemaProps' `$ref`) becomes plain JSON.
 */
export class Types {
  private readonly made = new Map<string, GraphQLOutputType>();
  private readonly nameOf = new Map<string, string>();
  /** Reserved names of the graph. */
  private readonly taken = new Set([
    'Query',
    'Mutation',
    'Subscription',
    'Cluster',
    'WatchEvent',
    'ChainStep',
    'PatchType',
    'PropagationPolicy',
  ]);
  private readonly enums = new EnumTypes((name) => this.reserve(name));

  constructor(
    private readonly kinds: readonly GraphKind[],
    private readonly descriptions: Descriptions,
    private readonly kindInterface: () => GraphQLInterfaceType,
    private readonly extra: (kind: GraphKind) => Fields,
  ) {
    for (const { source, typeName } of kinds) if ('definition' in source) this.take(source.definition, typeName);
  }

  /** The type of a kind's objects. */
  ofKind(kind: GraphKind): GraphQLObjectType {
    return 'own' in kind.source
      ? this.ofOwn(kind, kind.source.own)
      : (this.ofDefinition(kind.source.definition, kind) as GraphQLObjectType);
  }

  /** For a custom kind: the top-level properties of its schema become fields of type JSON. */
  private ofOwn(kind: GraphKind, { published }: KindSchema): GraphQLObjectType {
    const properties = (published?.properties ?? { spec: {}, status: {} }) as Readonly<Record<string, { description?: unknown }>>;
    const own = Object.entries(properties).flatMap(([name, { description }]) =>
      isName(name) ? [[name, { type: Json, ...(typeof description === 'string' ? { description } : {}) }] as const] : [],
    );
    return new GraphQLObjectType<unknown, GraphContext>({
      name: kind.typeName,
      description: typeof published?.description === 'string' ? published.description : undefined,
      interfaces: [this.kindInterface()],
      fields: () => ({ ...Object.fromEntries(own), ...this.kindInterface().toConfig().fields, ...this.extra(kind) }),
    });
  }

  private take(definition: Definition, name: string): string {
    this.taken.add(name);
    this.nameOf.set(definition.id, name);
    return name;
  }

  /** A name for an enum: the given one, or with a number if another type has it. */
  private reserve(plain: string): string {
    let name = plain;
    for (let number = 2; this.taken.has(name); number += 1) name = `${plain}${number}`;
    this.taken.add(name);
    return name;
  }

  private name(definition: Definition): string {
    const known = this.nameOf.get(definition.id);
    if (known) return known;
    const plain = definition.name;
    return this.take(definition, this.taken.has(plain) ? packagePrefix(definition.package) + plain : plain);
  }

  ofDefinition(
    definition: Definition,
    kind = this.kinds.find(({ source }) => 'definition' in source && source.definition === definition),
  ): GraphQLOutputType {
    const known = this.made.get(definition.id);
    if (known) return known;
    const type = this.make(definition, kind);
    this.made.set(definition.id, type);
    return type;
  }

  private make(definition: Definition, kind: GraphKind | undefined): GraphQLOutputType {
    if (definition.special) return specials[definition.special];
    if (definition.fields.length === 0 || definition.fields.some((field) => !isName(field.name))) return Json;
    return new GraphQLObjectType<unknown, GraphContext>({
      name: this.name(definition),
      description: this.descriptions.ofDefinition(definition),
      interfaces: kind ? () => [this.kindInterface()] : [],
      fields: () => ({ ...this.fields(definition, kind), ...(kind ? this.extra(kind) : {}) }),
    });
  }

  private fields(definition: Definition, kind: GraphKind | undefined): Fields {
    const entries = definition.fields.map((field) => {
      const config = this.ofField(field);
      const isGiven = isAlwaysGiven(field, config.type) || (kind !== undefined && ['kind', 'apiVersion', 'metadata'].includes(field.name));
      const type = isGiven ? new GraphQLNonNull(config.type) : config.type;
      return [field.name, { ...config, type, description: this.descriptions.ofField(definition, field.name) }] as const;
    });
    return { ...Object.fromEntries(entries), ...(definition.id === OBJECT_META && { age: ageField }) };
  }

  /** A field with the arguments that values of its type take. */
  private ofField({ name, type, go, goElement }: Field): Fields[string] {
    switch (type.of) {
      case 'string': {
        const values = this.enums.of(go, type.enum);
        return values ? enumField(name, values) : { type: GraphQLString };
      }
      case 'quantity':
        return quantityField(name);
      case 'time':
      case 'microTime':
        return timeField(name);
      case 'list':
        return { type: this.listOf(type.items, goElement) };
      case 'map':
        if (type.values.of === 'string') return textsField(name);
        if (type.values.of === 'bytes') return bytesMapField(name);
        return { type: type.values.of === 'quantity' ? ResourceList : Json };
      case 'struct':
        if (type.definition.special === 'quantity') return quantityField(name);
        if (type.definition.special === 'time' || type.definition.special === 'microTime') return timeField(name);
        return { type: this.ofDefinition(type.definition) };
      default:
        return { type: this.ofType(type) };
    }
  }

  private listOf(items: Type, go: string): GraphQLOutputType {
    const item = items.of === 'string' ? (this.enums.of(go, items.enum) ?? GraphQLString) : this.ofType(items);
    return new GraphQLList(new GraphQLNonNull(item));
  }

  private ofType(type: Type): GraphQLOutputType {
    switch (type.of) {
      case 'string':
      case 'bytes':
        return GraphQLString;
      case 'int32':
        return GraphQLInt;
      case 'int64':
        return Int64;
      case 'double':
        return GraphQLFloat;
      case 'boolean':
        return GraphQLBoolean;
      case 'struct':
        return this.ofDefinition(type.definition);
      case 'list':
        return this.listOf(type.items, '');
      case 'map':
        return Json;
      default:
        return specials[type.of];
    }
  }
}
