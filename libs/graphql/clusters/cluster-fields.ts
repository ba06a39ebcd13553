import { GraphQLBoolean, type GraphQLFieldConfig, type GraphQLFieldConfigMap, GraphQLInt, GraphQLObjectType, GraphQLString } from 'graphql';
import { checkCount, checkLimit } from '../check-limit.js';
import type { GraphContext } from '../context.js';
import { costs, type PointsOf } from '../cost/points.js';
import { limits } from '../limits.js';
import type { ClusterSelection, GraphCluster } from '../organizations.js';
import { listOf, nullableListOf, required } from '../output-types.js';
import { Int64, Json, Time } from '../scalars.js';
import { type ClusterHealth, healthOf } from './health.js';

type Fields = GraphQLFieldConfigMap<unknown, GraphContext>;

const healthType = new GraphQLObjectType<ClusterHealth, GraphContext>({
  name: 'ClusterHealth',
  description: 'How a cluster is.',
  fields: {
    healthy: {
      type: required(GraphQLBoolean),
      description: 'All nodes are ready, all components healthy, all pods run or have succeeded, and no fault is in force.',
    },
    nodes: { type: required(GraphQLInt), description: 'The number of its nodes.' },
    nodesReady: { type: required(GraphQLInt), description: 'The number of them that are ready.' },
    pods: { type: required(GraphQLInt), description: 'The number of its pods.' },
    podsNotRunning: { type: required(GraphQLInt), description: 'The number of them that neither run nor have succeeded.' },
    unhealthyComponents: {
      type: listOf(GraphQLString),
      description: 'Components that are not healthy, as `kubectl get componentstatuses` says.',
    },
    faults: { type: required(GraphQLInt), description: 'The number of faults in force.' },
  },
});

const opening: PointsOf = () => ({ own: limits.openingPoints, items: 1 });

/** So many clusters may be on a page. */
function page({ limit, named }: Parameters<PointsOf>[0]): ReturnType<PointsOf> {
  const most = typeof limit === 'number' ? Math.min(Math.max(limit, 1), limits.clustersAtOnce) : limits.clusterPage;
  const items = Array.isArray(named) ? Math.min(Math.max(named.length, 1), most) : most;
  return { own: items, items };
}

/** What is below is read in the cluster, as its own clients read it; opened once an operation, however often it is asked for. */
const inside = (cluster: GraphCluster, context: GraphContext): Promise<GraphContext> => context.inside(cluster.id, () => cluster.open());

/** The type of the clusters of an organization. `read`: the fields that lead into one, as those of Query. */
function clusterType(read: () => Fields): GraphQLObjectType<GraphCluster, GraphContext> {
  const graphType = new GraphQLObjectType<GraphContext, GraphContext>({
    name: 'ClusterGraph',
    description:
      'What can be read of one cluster: as by its own graph, but custom kinds have no fields and types of their own: `objects(kind: "widgets") { items { metadata { name } json } }`, `object`, `search` and relations show them as OtherObject.',
    fields: read as never,
  });
  return new GraphQLObjectType<GraphCluster, GraphContext>({
    name: 'OrganizationCluster',
    description: 'A cluster of an organization.',
    fields: {
      id: { type: required(GraphQLString), description: 'Its id, as in the API’s URL.' },
      name: { type: required(GraphQLString), description: 'Its name in its organization.' },
      server: { type: required(GraphQLString), description: 'The URL of its Kubernetes API.' },
      profile: { type: required(GraphQLString), description: 'How long things take in it: realistic or instant.' },
      seed: { type: required(GraphQLString), description: 'What its names, uids, addresses and ports are drawn from.' },
      createdAt: { type: required(Time), description: 'When it was made, by the machine’s clock.' },
      clock: { type: required(Json), description: 'The mode of its clock, and its rate and time where they differ from the machine’s.' },
      revision: {
        type: Int64,
        description: 'The newest revision of its store.',
        ...costs(() => ({ own: 1, items: 1 })),
        resolve: (cluster) => cluster.revision(),
      },
      health: {
        type: healthType,
        description: 'How it is. Null with an error where its API does not answer.',
        ...costs(() => ({ own: limits.healthPoints, items: 1 })),
        resolve: async (cluster, _args, context) => healthOf(await inside(cluster, context)),
      },
      graph: {
        type: graphType,
        description:
          'What is in it, asked as in its own graph: `graph { pods { items { metadata { name } } } }`. Null with an error where its API does not answer.',
        ...costs(opening),
        resolve: (cluster, _args, context) => inside(cluster, context),
      },
    },
  });
}

interface Arguments {
  named?: readonly string[] | null;
  limit?: number | null;
  after?: string | null;
}

function selectionOf({ named, limit, after }: Arguments): ClusterSelection {
  checkLimit(limit, limits.clustersAtOnce);
  checkCount(named, limits.clustersAtOnce, 'named');
  return { limit: limit ?? limits.clusterPage, ...(named && { named }), ...(after && { after }) };
}

/** The clusters of an organization; `list` reads them. */
export const clustersField = <T>(
  read: () => Fields,
  list: (organization: T, selection: ClusterSelection, context: GraphContext) => Promise<readonly GraphCluster[]>,
): GraphQLFieldConfig<T, GraphContext> => ({
  type: nullableListOf(clusterType(read)),
  description:
    'Its clusters, by name; the same question can be asked of each: `clusters { name health { healthy } graph { pods { items { metadata { name } } } } }`.',
  ...costs(page),
  args: {
    named: {
      type: nullableListOf(GraphQLString),
      description: 'Only those with one of these ids or names; default all.',
    },
    limit: { type: GraphQLInt, description: `At most so many; default ${limits.clusterPage}, at most ${limits.clustersAtOnce}.` },
    after: { type: GraphQLString, description: 'The id of the last cluster of the page before.' },
  },
  resolve: (organization, args: Arguments, context) => list(organization, selectionOf(args), context),
});
