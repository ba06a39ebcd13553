import {
  type GraphQLFieldConfigMap,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { stringify } from 'yaml';
import { scheme } from '#api';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from './context.js';
import { type GraphKind, kindOf, kinds } from './kinds.js';
import { mutationFields } from './mutations.js';
import { clusterField, connectionType, listField, objectField, oneField, withKind } from './queries.js';
import { relations } from './relations/index.js';
import type { Relation } from './relations/relation.js';
import { Json } from './scalars.js';
import { subscriptionFields } from './subscriptions.js';
import { type Descriptions, Types } from './types.js';

type Fields = GraphQLFieldConfigMap<unknown, GraphContext>;

/** The kind a relation leads to; the interface where it may be any. */
const targetOf = (relation: Relation): GraphKind | undefined =>
  relation.to &&
  kinds.find(
    ({ info }) => info.resource === relation.to?.resource && info.group === relation.to.group && info.version === relation.to.version,
  );

const standsOn = (relation: Relation, kind: GraphKind): boolean =>
  !relation.on || (relation.on.resource === kind.info.resource && relation.on.group === kind.info.group);

class Graph {
  private readonly types: Types;
  readonly object: GraphQLInterfaceType;

  constructor(descriptions: Descriptions) {
    this.object = new GraphQLInterfaceType({
      name: 'KubernetesObject',
      description: 'Any object of the cluster.',
      fields: () => ({ ...this.everyObject(), ...this.relationFields(relations.filter((relation) => !relation.on)) }),
      resolveType: (value) => kindOf((value as KubeObject).apiVersion, (value as KubeObject).kind)?.typeName,
    });
    this.types = new Types(
      descriptions,
      () => this.object,
      (kind) => ({ ...this.documents(), ...this.relationFields(relations.filter((relation) => standsOn(relation, kind))) }),
    );
  }

  private everyObject(): Fields {
    return {
      apiVersion: { type: new GraphQLNonNull(GraphQLString) },
      kind: { type: new GraphQLNonNull(GraphQLString) },
      metadata: { type: new GraphQLNonNull(this.types.ofDefinition(scheme.definition('meta.v1.ObjectMeta'))) },
      ...this.documents(),
    };
  }

  private documents(): Fields {
    return {
      json: { type: new GraphQLNonNull(Json), description: 'The whole object.', resolve: (object) => object },
      yaml: { type: new GraphQLNonNull(GraphQLString), description: 'The whole object as YAML.', resolve: (object) => stringify(object) },
    };
  }

  private relationFields(list: readonly Relation[]): Fields {
    return Object.fromEntries(
      list.map((relation) => {
        const kind = targetOf(relation);
        const target = kind ? this.types.ofKind(kind) : this.object;
        return [
          relation.field,
          {
            type: relation.list ? new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(target))) : target,
            description: relation.description,
            extensions: { reads: true },
            resolve: async (object: unknown, _args: unknown, context: GraphContext) => {
              const found = await relation.resolve(object as KubeObject, context);
              if (!found || !relation.to) return found;
              const { to } = relation;
              return Array.isArray(found) ? found.map((one) => withKind(one, to)) : withKind(found as KubeObject, to);
            },
          },
        ] as const;
      }),
    );
  }

  build(): GraphQLSchema {
    const { watch, eventChain, eventChainSoFar } = subscriptionFields(this.object);
    const query: Fields = { cluster: clusterField, object: objectField(this.object), eventChain: eventChainSoFar };
    for (const kind of kinds) {
      const type = this.types.ofKind(kind);
      query[kind.many] = listField(kind, connectionType(kind.typeName, type));
      if (kind.info.verbs.includes('get')) query[kind.one] = oneField(kind, type);
    }
    return new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: query }),
      mutation: new GraphQLObjectType({ name: 'Mutation', fields: mutationFields(this.object) }),
      subscription: new GraphQLObjectType({ name: 'Subscription', fields: { watch, eventChain } }),
      types: kinds.map((kind) => this.types.ofKind(kind)),
    });
  }
}

/** The typed graph over every kind of the API's schema. One schema serves all clusters: the cluster is in the context. */
export const buildGraphSchema = (descriptions: Descriptions): GraphQLSchema => new Graph(descriptions).build();
