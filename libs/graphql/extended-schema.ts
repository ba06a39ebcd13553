import {
  type GraphQLAbstractType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { inFamilies } from './ordered-schema.js';

/** What a schema has instead of another one's roots, and besides its types. */
interface Extension {
  readonly query: GraphQLObjectType;
  readonly mutation: GraphQLObjectType;
  readonly subscription: GraphQLObjectType;
  /** Others that are reached from these need not be named. */
  readonly types: readonly GraphQLNamedType[];
  /** The names of types that it has other ones for: its roots, and what only they lead to. */
  readonly replaced: ReadonlySet<string>;
}

/** The types that a type consists of. */
function* partsOf(type: GraphQLNamedType): Generator<GraphQLType> {
  if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) yield field.type;
  if (isUnionType(type)) yield* type.getTypes();
  if (!isObjectType(type) && !isInterfaceType(type)) return;
  yield* type.getInterfaces();
  for (const field of Object.values(type.getFields())) {
    yield field.type;
    for (const argument of field.args) yield argument.type;
  }
}

/**
 * A schema like another one, with roots of its own and more types, which implement only interfaces of the other one. A GraphQLSchema walks all
 * of its types when it is made; this one only those that the other one has not. It is not validated.
 */
export class ExtendedSchema extends GraphQLSchema {
  private readonly types: Record<string, GraphQLNamedType>;
  /** Those that the other one has not, by name. */
  private readonly added = new Map<string, GraphQLNamedType>();

  constructor(
    private readonly base: GraphQLSchema,
    private readonly roots: Extension,
  ) {
    super({ directives: base.getDirectives(), description: base.description, assumeValid: true });
    const { query, mutation, subscription, types, replaced } = roots;
    this.types = Object.assign(Object.create(null), base.getTypeMap());
    for (const name of replaced) delete this.types[name];
    for (const type of [query, mutation, subscription, ...types]) this.add(type);
    for (const type of inFamilies([...this.added.values()])) this.types[type.name] = type;
  }

  private add(type: GraphQLNamedType): void {
    // Not by recursion: types may lead to one another through many others.
    const found = [type];
    for (let next = found.pop(); next; next = found.pop()) {
      const known = this.added.get(next.name) ?? this.types[next.name];
      if (known === next) continue;
      if (known) throw new Error(`two types of a graph are named ${next.name}`);
      this.added.set(next.name, next);
      for (const part of partsOf(next)) found.push(getNamedType(part));
    }
  }

  override getQueryType(): GraphQLObjectType {
    return this.roots.query;
  }

  override getMutationType(): GraphQLObjectType {
    return this.roots.mutation;
  }

  override getSubscriptionType(): GraphQLObjectType {
    return this.roots.subscription;
  }

  override getTypeMap(): Record<string, GraphQLNamedType> {
    return this.types;
  }

  override getType(name: string): GraphQLNamedType | undefined {
    return this.types[name];
  }

  override getImplementations(type: GraphQLInterfaceType): ReturnType<GraphQLSchema['getImplementations']> {
    const { objects, interfaces } = this.base.getImplementations(type);
    const more = [...this.added.values()].filter((one) => isObjectType(one) && one.getInterfaces().includes(type)) as GraphQLObjectType[];
    return { objects: [...objects, ...more], interfaces };
  }

  override getPossibleTypes(type: GraphQLAbstractType): readonly GraphQLObjectType[] {
    return isUnionType(type) ? type.getTypes() : this.getImplementations(type).objects;
  }

  override isSubType(type: GraphQLAbstractType, other: GraphQLObjectType | GraphQLInterfaceType): boolean {
    if (isUnionType(type)) return isObjectType(other) && type.getTypes().includes(other);
    return other.getInterfaces().includes(type);
  }

  override toConfig(): ReturnType<GraphQLSchema['toConfig']> {
    const { query, mutation, subscription } = this.roots;
    return { ...this.base.toConfig(), query, mutation, subscription, types: Object.values(this.types), assumeValid: true };
  }
}
