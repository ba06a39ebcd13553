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
import type { Pieces } from './execution/pieces.js';
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

/** The types by name. */
type TypeMap = Record<string, GraphQLNamedType>;

/** The types that these lead to, and that `known` has not, by name: what a type is made of is computed when it is looked at. */
function* typesFrom(types: readonly GraphQLNamedType[], known: TypeMap): Pieces<Map<string, GraphQLNamedType>> {
  const added = new Map<string, GraphQLNamedType>();
  const isThere = (type: GraphQLNamedType): boolean => {
    const there = added.get(type.name) ?? known[type.name];
    if (there && there !== type) throw new Error(`two types of a graph are named ${type.name}`);
    return there === type;
  };
  for (const type of types) {
    // Not by recursion: types may lead to one another through many others.
    const found = [type];
    for (let next = found.pop(); next; next = found.pop()) {
      if (isThere(next)) continue;
      added.set(next.name, next);
      for (const part of partsOf(next)) {
        const named = getNamedType(part);
        if (!isThere(named)) found.push(named);
      }
      yield;
    }
  }
  return added;
}

/** A schema like another one, with roots of its own and more types, which implement only interfaces of the other one. It is not validated. */
class ExtendedSchema extends GraphQLSchema {
  /** The types that implement interfaces, of those that more do than in the other one. */
  private readonly implementing = new Map<GraphQLInterfaceType, GraphQLObjectType[]>();

  constructor(
    private readonly base: GraphQLSchema,
    private readonly roots: Pick<Extension, 'query' | 'mutation' | 'subscription'>,
    private readonly types: TypeMap,
  ) {
    super({ directives: base.getDirectives(), description: base.description, assumeValid: true });
  }

  /** A type that the other one has not implements an interface. */
  implement(of: GraphQLInterfaceType, type: GraphQLObjectType): void {
    const others = this.implementing.get(of) ?? [...this.base.getImplementations(of).objects];
    this.implementing.set(of, others);
    others.push(type);
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
    return { objects: this.implementing.get(type) ?? objects, interfaces };
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

/** Makes a schema of another one: a GraphQLSchema walks all of its types when it is made; this one only those that the other one has not. */
export function* extendedSchema(base: GraphQLSchema, { types, replaced, ...roots }: Extension): Pieces<GraphQLSchema> {
  const all: TypeMap = Object.assign(Object.create(null), base.getTypeMap());
  for (const name of replaced) delete all[name];
  yield;
  const { query, mutation, subscription } = roots;
  const added = yield* typesFrom([query, mutation, subscription, ...types], all);
  const schema = new ExtendedSchema(base, roots, all);
  for (const type of yield* inFamilies([...added.values()])) {
    all[type.name] = type;
    if (isObjectType(type)) for (const one of type.getInterfaces()) schema.implement(one, type);
    yield;
  }
  return schema;
}
