import { GraphQLObjectType, GraphQLString } from 'graphql';
import type { GraphContext } from './context.js';
import { required } from './output-types.js';

/** A cluster that was made, and what gives access to it. */
export interface GraphCreatedCluster {
  id: string;
  name: string;
  server: string;
  token: string;
  kubeconfig: string;
}

/** The type of a cluster that was made. */
export const createdClusterType = new GraphQLObjectType<GraphCreatedCluster, GraphContext>({
  name: 'CreatedCluster',
  description: 'A new cluster, with credentials of its own.',
  fields: {
    id: { type: required(GraphQLString), description: 'What it is told by: it stays the same.' },
    name: { type: required(GraphQLString), description: 'What it is called.' },
    server: { type: required(GraphQLString), description: 'The address of its API server.' },
    token: { type: required(GraphQLString), description: 'The token of its administrator.' },
    kubeconfig: { type: required(GraphQLString), description: 'A file for kubectl, with the address and the token.' },
  },
});
