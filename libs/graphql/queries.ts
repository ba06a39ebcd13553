import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { Resource } from '#api';
import { type KubeObject, StatusError } from '#apimachinery';
import type { GraphContext } from './context.js';
import { costs, oneObject, page } from './cost/points.js';
import { badInput } from './errors.js';
import { type GraphKind, resourceOf } from './kinds.js';
import { limits } from './limits.js';
import { withKind } from './loaders.js';
import { requireKind } from './named-kind.js';
import { atArgument, type Moment } from './past/moment.js';
import { Int64 } from './scalars.js';

type RootField = GraphQLFieldConfig<unknown, GraphContext>;

/** Arguments that select objects. */
export const selectors = {
  labelSelector: { type: GraphQLString, description: 'As in kubectl -l: app=web,tier in (a, b), !canary' },
  fieldSelector: { type: GraphQLString, description: 'As in kubectl --field-selector: status.phase=Running' },
};

const namespaceArgument = { type: GraphQLString, description: 'Only objects of this namespace; default all namespaces.' };

/** A page of a kind's objects. */
export function connectionType(name: string, item: GraphQLOutputType): GraphQLObjectType {
  return new GraphQLObjectType({
    name: `${name}List`,
    description: `A page of ${name} objects at one revision.`,
    fields: {
      items: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(item))),
        description: 'The objects, ordered by namespace and name.',
      },
      resourceVersion: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'The revision of the list: a watch from it misses nothing.',
      },
      continue: { type: GraphQLString, description: 'Pass it as `continue` to get the next page; null on the last page.' },
      remainingItemCount: { type: Int64, description: 'The number of objects after this page, if known.' },
    },
  });
}

interface ListArguments {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  at?: Moment;
}

/** Arguments without nulls, which in GraphQL mean the same as omitted arguments. */
export function withoutNulls<T extends object>(args: T): T {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null)) as T;
}

function pageLimit(limit: number | undefined): number {
  if (limit === undefined || limit === null) return limits.pageSize;
  if (limit < 1 || limit > limits.largestPage) throw badInput(`limit must be between 1 and ${limits.largestPage}`);
  return limit;
}

/** Rejects NUL, which no stored name contains. */
export function checkNames(args: { readonly name?: string; readonly namespace?: string | null }): void {
  for (const field of ['name', 'namespace'] as const) {
    const value = args[field];
    if (value?.includes('\u0000')) throw badInput(`${field}: Invalid value: ${JSON.stringify(value.slice(0, 100))}: must not contain NUL`);
  }
}

/** Why a page is not of the past revision that was asked for. */
const notOf = ({ info }: GraphKind, revision: string): string =>
  revision === '0'
    ? `at: ${info.resource} are computed when they are read: they have no past`
    : `continue: this page is of revision ${revision}, another one than \`at\``;

/** The root field that lists a kind. */
export function listField(kind: GraphKind, connection: GraphQLObjectType): RootField {
  const resource = resourceOf(kind);
  return {
    type: new GraphQLNonNull(connection),
    description: `${kind.info.kind} objects (${kind.info.group || 'core'}/${kind.info.version}).`,
    ...costs(page),
    args: {
      ...(kind.info.namespaced ? { namespace: namespaceArgument } : {}),
      ...selectors,
      limit: { type: GraphQLInt, defaultValue: limits.pageSize, description: `Objects per page, at most ${limits.largestPage}.` },
      continue: { type: GraphQLString, description: 'The `continue` of the previous page.' },
      at: atArgument,
    },
    async resolve(_root, args: ListArguments, context) {
      checkNames(args);
      const { client, meter } = context;
      const { at: moment, ...selection } = withoutNulls(args);
      const { revision, loaders } = await context.at(moment);
      // A continue token has its revision.
      const exact = revision && !selection.continue ? { resourceVersion: String(revision), resourceVersionMatch: 'Exact' } : {};
      const listed = await client.list(resource, { ...selection, limit: pageLimit(args.limit), ...exact });
      if (revision && listed.resourceVersion !== String(revision)) throw badInput(notOf(kind, listed.resourceVersion));
      meter.count('scanned', listed.items.length);
      return {
        items: listed.items.map((object) => loaders.noted(withKind(object, resource))),
        resourceVersion: listed.resourceVersion,
        continue: listed.continue || null,
        remainingItemCount: listed.remaining ?? null,
      };
    },
  };
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 404) return null;
    throw error;
  }
}

interface ObjectArguments {
  name: string;
  namespace?: string;
  at?: Moment | null;
}

/** An object, or null if there is none; as it was, if that is asked for. */
async function readOne(resource: Resource, { at: moment, ...args }: ObjectArguments, context: GraphContext): Promise<KubeObject | null> {
  checkNames(args);
  const { name, namespace } = args;
  if (moment) return (await (await context.at(moment)).loaders.get(resource, name, namespace)) ?? null;
  context.meter.count('scanned', 1);
  return orNull(context.client.get(resource, name, namespace));
}

/** The root field that reads one object of a kind; null if it does not exist. */
export function oneField(kind: GraphKind, type: GraphQLObjectType): RootField {
  const resource = resourceOf(kind);
  return {
    type,
    description: `One ${kind.info.kind} by name, or null.`,
    ...costs(oneObject),
    args: {
      name: { type: new GraphQLNonNull(GraphQLString) },
      ...(kind.info.namespaced ? { namespace: { type: new GraphQLNonNull(GraphQLString), defaultValue: 'default' } } : {}),
      at: atArgument,
    },
    resolve: (_root, { name, namespace, at }: ObjectArguments, context) => readOne(resource, { name, namespace, at }, context),
  };
}

/** Reads one object of any kind. */
export const objectField = (type: GraphQLOutputType): RootField => ({
  type,
  description: 'One object of any kind, or null. `kind` as in kubectl: pod, po, deployments.apps.',
  ...costs(oneObject),
  args: {
    kind: { type: new GraphQLNonNull(GraphQLString) },
    name: { type: new GraphQLNonNull(GraphQLString) },
    namespace: { type: new GraphQLNonNull(GraphQLString), defaultValue: 'default' },
    at: atArgument,
  },
  resolve(_root, { kind, ...args }: ObjectArguments & { kind: string }, context) {
    checkNames(args);
    const found = requireKind(context.kinds, kind);
    return readOne(resourceOf(found), { ...args, ...(!found.info.namespaced && { namespace: undefined }) }, context);
  },
});

/** Which cluster this is. */
export const clusterField: RootField = {
  description: 'The cluster of this token.',
  type: new GraphQLNonNull(
    new GraphQLObjectType<unknown, GraphContext>({
      name: 'Cluster',
      fields: {
        id: { type: new GraphQLNonNull(GraphQLString), description: 'Its id, as in the API’s URL.' },
        name: { type: new GraphQLNonNull(GraphQLString), description: 'Its name in its organization.' },
        gitVersion: { type: new GraphQLNonNull(GraphQLString), description: 'The version of Kubernetes.' },
        revision: {
          type: new GraphQLNonNull(Int64),
          description: 'The newest revision of its store.',
          resolve: (_cluster, _args, { history }) => history.revision(),
        },
      },
    }),
  ),
  resolve: (_root, _args, { cluster }) => cluster,
};

/** A boolean argument that makes the mutation a dry run. */
export const dryRunArgument = {
  type: GraphQLBoolean,
  defaultValue: false,
  description: 'Validates and responds as if the change were made, without making it.',
};
