import { type GraphQLFieldConfigMap, GraphQLString } from 'graphql';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from './context.js';
import { required } from './output-types.js';
import { Json } from './scalars.js';
import { yamlOf } from './text/yaml.js';

/** The fields of every object that are the whole of it. */
export const documentFields: GraphQLFieldConfigMap<unknown, GraphContext> = {
  json: { type: required(Json), description: 'The whole object.', resolve: (object) => object },
  yaml: {
    type: required(GraphQLString),
    description: 'The whole object as YAML.',
    resolve: (object, _args, { meter }) =>
      yamlOf(object as KubeObject, (written) => {
        if (written > meter.left('bytes')) meter.count('bytes', written);
        return meter.turn();
      }),
  },
};
