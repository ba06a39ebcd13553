import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLInt, GraphQLObjectType, GraphQLString } from 'graphql';
import type { AccessExplanation } from './access.js';
import type { GraphContext } from './context.js';
import { costs, page } from './cost/points.js';
import { badInput } from './errors.js';
import { listOf, nullableListOf, required } from './output-types.js';
import { withoutNulls } from './queries.js';
import { Json } from './scalars.js';

type Explained = AccessExplanation;
type Miss = Explained['nearMisses'][number];

const bindingType = new GraphQLObjectType<Miss['binding'], GraphContext>({
  name: 'ExplainedBinding',
  fields: {
    kind: { type: required(GraphQLString) },
    namespace: { type: GraphQLString },
    name: { type: required(GraphQLString) },
    role: { type: required(Json), description: 'The kind and name of the role.' },
    subject: { type: Json, description: 'The subject that is the user.' },
  },
});

const missType = new GraphQLObjectType<Miss, GraphContext>({
  name: 'AccessNearMiss',
  fields: {
    missing: {
      type: required(GraphQLString),
      description:
        'What keeps it from allowing the request: verb, apiGroup, resource, name or path of its nearest rule; subject (it is bound to ' +
        'others), namespace (it is bound in another one), role (its role does not exist).',
    },
    binding: { type: required(bindingType) },
    rule: { type: Json },
  },
});

const lookedType = new GraphQLObjectType<Explained['looked'], GraphContext>({
  name: 'LookedBindings',
  fields: {
    clusterRoleBindings: { type: required(GraphQLInt) },
    roleBindings: { type: required(GraphQLInt) },
    complete: { type: required(GraphQLBoolean), description: 'Those are all there are.' },
  },
});

const explanationType = new GraphQLObjectType<Explained, GraphContext>({
  name: 'AccessExplanation',
  description: 'Why a request is allowed or refused.',
  fields: {
    allowed: { type: required(GraphQLBoolean) },
    reason: { type: GraphQLString, description: 'What the authorizers say.' },
    looked: { type: required(lookedType), description: 'How many bindings were looked at.' },
    applying: { type: listOf(bindingType), description: 'Bindings that apply to the user where the request is made.' },
    allowedBy: { type: Json, description: 'The binding and the rule that allow it.' },
    nearMisses: { type: listOf(missType), description: 'Bindings that nearly allow it, nearest first.' },
    suggestion: { type: Json, description: 'The least rule that would allow it, with a role and a binding to create.' },
  },
});

interface Arguments {
  user?: string;
  groups?: string[];
  verb: string;
  apiGroup: string;
  resource?: string;
  subresource: string;
  namespace: string;
  name: string;
  path?: string;
}

const MOST_GROUPS = 100;

/** The query that explains a refusal. */
export const explainField: GraphQLFieldConfig<unknown, GraphContext> = {
  type: required(explanationType),
  description: 'Why a user may or may not do something, which bindings nearly allow it, and what would.',
  ...costs(page),
  args: {
    user: { type: GraphQLString, description: 'Default: you.' },
    groups: {
      type: nullableListOf(GraphQLString),
      description: 'Default: those that an authenticated user of that name has.',
    },
    verb: { type: required(GraphQLString) },
    apiGroup: { type: required(GraphQLString), defaultValue: '' },
    resource: { type: GraphQLString, description: 'Plural: pods. Or give a path.' },
    subresource: { type: required(GraphQLString), defaultValue: '' },
    namespace: { type: required(GraphQLString), defaultValue: '', description: 'Default: all namespaces.' },
    name: { type: required(GraphQLString), defaultValue: '' },
    path: { type: GraphQLString, description: 'Of a request that is not for a resource: /metrics.' },
  },
  async resolve(_root, given: Arguments, { access }) {
    const { user, groups, verb, apiGroup: group, resource, subresource, namespace, name, path } = withoutNulls(given);
    if ((resource === undefined) === (path === undefined)) throw badInput('explainAccess needs either a resource or a path');
    if (groups && groups.length > MOST_GROUPS) throw badInput(`groups: at most ${MOST_GROUPS}`);
    return access.explain({
      ...(user === undefined ? {} : { user }),
      ...(groups === undefined ? {} : { groups }),
      verb,
      ...(resource === undefined ? { path } : { resource: { group, resource, subresource, namespace, name } }),
    });
  },
};
