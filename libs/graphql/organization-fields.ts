import { GraphQLBoolean, type GraphQLFieldConfig, type GraphQLFieldConfigMap, GraphQLInt, GraphQLObjectType, GraphQLString } from 'graphql';
import { clustersField } from './clusters/cluster-fields.js';
import type { GraphContext } from './context.js';
import { costs, oneObject, type PointsOf, relatedObjects } from './cost/points.js';
import { createdClusterType } from './created-cluster.js';
import { badInput } from './errors.js';
import type { GraphOrganization, GraphOrganizations } from './organizations.js';
import { listOf, required } from './output-types.js';
import { withoutNulls } from './queries.js';
import { Json } from './scalars.js';
import { clockInput, templateInput, templateType } from './template-types.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

/** The organizations; throws where there is no platform that keeps the cluster. */
function organizationsOf({ organizations }: GraphContext): GraphOrganizations {
  if (organizations === undefined) throw badInput('this cluster belongs to no organization');
  return organizations;
}

const text = required(GraphQLString);
const organization = { type: GraphQLString, description: 'Id or name. Default: the owner of this cluster.' };
const ONLY = 'Only with the token of the platform.';

const organizationType = (read: () => GraphQLFieldConfigMap<unknown, GraphContext>) =>
  new GraphQLObjectType<GraphOrganization, GraphContext>({
    name: 'Organization',
    description: 'An owner of clusters.',
    fields: {
      id: { type: text, description: 'What it is told by: it stays the same when it is called something else.' },
      name: { type: text, description: 'What it is called.' },
      default: { type: required(GraphQLBoolean), description: 'It is the one that is used if none is given.' },
      quotas: { type: required(Json), description: 'clusters: of the organization; the others: of each cluster.' },
      clusters: clustersField<GraphOrganization>(read, ({ id }, selection, context) => organizationsOf(context).clusters(id, selection)),
      templates: {
        type: listOf(templateType),
        description: 'By name.',
        ...costs(relatedObjects),
        resolve: ({ id }, _given, context) => organizationsOf(context).templates(id),
      },
      template: {
        type: templateType,
        description: 'Null if there is none of that name.',
        ...costs(oneObject),
        args: { name: { type: text, description: 'Which one: as it was stored.' } },
        resolve: ({ id }, { name }: { name: string }, context) => organizationsOf(context).template(id, name),
      },
    },
  });

/** The query of an organization. `read`: the fields that lead into one of its clusters. */
export const organizationField = (read: () => GraphQLFieldConfigMap<unknown, GraphContext>): Field => ({
  type: organizationType(read),
  description: `An organization of the platform, by default the owner of this cluster. ${ONLY}`,
  ...costs(oneObject),
  args: { name: organization },
  resolve: (_root, { name }: { name?: string | null }, context) => organizationsOf(context).show(name ?? undefined),
});

interface StoreArguments {
  name: string;
  organization?: string | null;
  template: { nodes?: object | null; namedNodes?: ReadonlyArray<object> | null };
}

/** The clusters that are made, each with what its creation reads. */
const created: PointsOf = ({ count }) => {
  const items = typeof count === 'number' ? Math.max(count, 1) : 1;
  return { own: items, items };
};

/** Nulls mean the same as what is left out, at all depths. */
function deepWithoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deepWithoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(withoutNulls(value)).map(([name, inner]) => [name, deepWithoutNulls(inner)]));
}

function contentOf({ nodes, namedNodes, ...content }: StoreArguments['template']): object {
  if (nodes && namedNodes) throw badInput('nodes and namedNodes exclude each other');
  return deepWithoutNulls({ ...content, nodes: namedNodes ?? nodes }) as object;
}

/** The mutations of templates, and what makes clusters of them. */
export const organizationMutations: Readonly<Record<string, Field>> = {
  storeTemplate: {
    type: required(templateType),
    description: `Creates a template of an organization, or replaces it; it is tried when it is stored. ${ONLY}`,
    ...costs(oneObject),
    args: {
      name: { type: text, description: 'What the template is called; one of this name is replaced.' },
      template: { type: required(templateInput), description: 'What clusters of it start with.' },
      organization,
    },
    async resolve(_root, { name, template, organization: named }: StoreArguments, context) {
      const organizations = organizationsOf(context);
      const content = contentOf(template);
      const { id } = await organizations.show(named ?? undefined);
      return organizations.storeTemplate(id, name, content);
    },
  },
  deleteTemplate: {
    type: required(GraphQLBoolean),
    description: `False if there is none of that name. Clusters that were made from it stay as they are. ${ONLY}`,
    ...costs(oneObject),
    args: { name: { type: text, description: 'Which one: as it was stored.' }, organization },
    async resolve(_root, { name, organization: named }: { name: string; organization?: string | null }, context) {
      const organizations = organizationsOf(context);
      const { id } = await organizations.show(named ?? undefined);
      return organizations.deleteTemplate(id, name);
    },
  },
  createClusters: {
    type: listOf(createdClusterType),
    description: `Makes clusters of a template. ${ONLY}`,
    ...costs(created),
    args: {
      name: { type: text, description: 'What the new cluster is called.' },
      template: { type: text, description: 'The name of the template.' },
      count: { type: GraphQLInt, description: 'Several alike, all or none: name-1, name-2 …' },
      organization,
      profile: { type: GraphQLString, description: 'Default: that of the template.' },
      clock: { type: clockInput, description: 'Default: that of the template.' },
      seed: { type: GraphQLString, description: 'Of names, uids, addresses and ports. Default: random.' },
    },
    async resolve(_root, given: { organization?: string | null } & object, context) {
      const organizations = organizationsOf(context);
      const { id } = await organizations.show(given.organization ?? undefined);
      return organizations.createClusters({ ...(deepWithoutNulls(given) as object), organization: id });
    },
  },
};
