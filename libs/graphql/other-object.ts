import { type GraphQLInterfaceType, GraphQLObjectType } from 'graphql';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from './context.js';

/** The type of objects for whose kind a graph has none. `object`: the interface of all objects, whose fields it has. */
export const otherObject = (object: GraphQLInterfaceType): GraphQLObjectType =>
  new GraphQLObjectType<KubeObject, GraphContext>({
    name: 'OtherObject',
    description:
      'An object of a kind that this graph has no type for: a custom kind of another cluster, or one that is no longer served. All of it is in `json` and `yaml`.',
    interfaces: [object],
    fields: () => object.toConfig().fields,
  });

/** The name of the type of an object of any kind. */
export function typeNameOf({ apiVersion, kind }: KubeObject, { kinds, isOther }: Pick<GraphContext, 'kinds' | 'isOther'>): string {
  const found = kinds.of(apiVersion, kind);
  // The types of custom kinds are those of the cluster that the graph is of.
  return found && !(isOther && 'own' in found.source) ? found.typeName : 'OtherObject';
}
