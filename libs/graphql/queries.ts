import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLObjectType, type GraphQLOutputType, GraphQLString } from 'graphql';
import type { Resource } from '#api';
import { type KubeObject, StatusError } from '#apimachinery';
import type { GraphContext } from './context.js';
import { costs, oneObject } from './cost/points.js';
import { badInput } from './errors.js';
import { type GraphKind, resourceOf } from './kinds.js';
import { requireKind } from './named-kind.js';
import { required } from './output-types.js';
import { atArgument, type Moment } from './past/moment.js';
import { Int64 } from './scalars.js';

type RootField = GraphQLFieldConfig<unknown, GraphContext>;

/** Arguments that select objects. */
export const selectors = {
  labelSelector: { type: GraphQLString, description: 'As in kubectl -l: app=web,tier in (a, b), !canary' },
  fieldSelector: { type: GraphQLString, description: 'As in kubectl --field-selector: status.phase=Running' },
};

/** Arguments without nulls, which in GraphQL mean the same as omitted arguments. */
export function withoutNulls<T extends object>(args: T): T {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null)) as T;
}

/** Rejects NUL, which no stored name contains. */
export function checkNames(args: { readonly name?: string; readonly namespace?: string | null }): void {
  for (const field of ['name', 'namespace'] as const) {
    const value = args[field];
    if (value?.includes('\u0000')) throw badInput(`${field}: Invalid value: ${JSON.stringify(value.slice(0, 100))}: must not contain NUL`);
  }
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

const nameArgument = { type: required(GraphQLString), description: 'Its metadata.name.' };
const homeArgument = { type: required(GraphQLString), defaultValue: 'default', description: 'The namespace that it is in.' };

/** The root field that reads one object of a kind; null if it does not exist. */
export function oneField(kind: GraphKind, type: GraphQLObjectType): RootField {
  const resource = resourceOf(kind);
  return {
    type,
    description: `One ${kind.info.kind} by name, or null.`,
    ...costs(oneObject),
    args: {
      name: nameArgument,
      ...(kind.info.namespaced ? { namespace: homeArgument } : {}),
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
    kind: { type: required(GraphQLString), description: 'As in kubectl: pod, po, deployments.apps.' },
    name: nameArgument,
    namespace: { ...homeArgument, description: 'Its namespace; of no account for kinds that are in none.' },
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
  type: required(
    new GraphQLObjectType<unknown, GraphContext>({
      name: 'Cluster',
      description: 'A cluster as such; what is in it is asked for beside it.',
      fields: {
        id: { type: required(GraphQLString), description: 'Its id, as in the API’s URL.' },
        name: { type: required(GraphQLString), description: 'Its name in its organization.' },
        gitVersion: { type: required(GraphQLString), description: 'The version of Kubernetes.' },
        revision: {
          type: required(Int64),
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
