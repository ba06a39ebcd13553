import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLInt, GraphQLObjectType, GraphQLString } from 'graphql';
import type { AccessExplanation } from './access.js';
import { checkCount } from './check-limit.js';
import type { GraphContext } from './context.js';
import { costs, page } from './cost/points.js';
import { badInput } from './errors.js';
import { limits } from './limits.js';
import { listOf, nullableListOf, required } from './output-types.js';
import { withoutNulls } from './queries.js';
import { Json } from './scalars.js';

type Explained = AccessExplanation;
type Miss = Explained['nearMisses'][number];

const bindingType = new GraphQLObjectType<Miss['binding'], GraphContext>({
  name: 'ExplainedBinding',
  description: 'A RoleBinding or ClusterRoleBinding.',
  fields: {
    kind: { type: required(GraphQLString), description: 'RoleBinding or ClusterRoleBinding.' },
    namespace: { type: GraphQLString, description: 'Where it allows something; null: in the whole cluster.' },
    name: { type: required(GraphQLString), description: 'What the binding is called.' },
    role: { type: required(Json), description: 'The kind and name of the role.' },
    subject: { type: Json, description: 'The subject that is the user.' },
  },
});

const missType = new GraphQLObjectType<Miss, GraphContext>({
  name: 'AccessNearMiss',
  description: 'A binding that nearly allows a request.',
  fields: {
    missing: {
      type: required(GraphQLString),
      description:
        'What keeps it from allowing the request: verb, apiGroup, resource, name or path of its nearest rule; subject (it is bound to ' +
        'others), namespace (it is bound in another one), role (its role does not exist).',
    },
    binding: { type: required(bindingType), description: 'Which one it is.' },
    rule: { type: Json, description: 'The rule of its role that is nearest; null: it has none that is near.' },
  },
});

const lookedType = new GraphQLObjectType<Explained['looked'], GraphContext>({
  name: 'LookedBindings',
  description: 'How many bindings were looked at for an explanation.',
  fields: {
    clusterRoleBindings: { type: required(GraphQLInt), description: 'The number of ClusterRoleBindings.' },
    roleBindings: { type: required(GraphQLInt), description: 'The number of RoleBindings.' },
    complete: { type: required(GraphQLBoolean), description: 'Those are all there are.' },
  },
});

const explanationType = new GraphQLObjectType<Explained, GraphContext>({
  name: 'AccessExplanation',
  description: 'Why a request is allowed or refused.',
  fields: {
    allowed: { type: required(GraphQLBoolean), description: 'Whether the request is.' },
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
    verb: { type: required(GraphQLString), description: 'get, list, create, delete, use …; of a path: get, post …' },
    apiGroup: {
      type: required(GraphQLString),
      description: 'The group of the resource: apps. Default: the core group.',
      defaultValue: '',
    },
    resource: { type: GraphQLString, description: 'Plural: pods. Or give a path.' },
    subresource: { type: required(GraphQLString), description: 'A part of the object: log, exec, status.', defaultValue: '' },
    namespace: { type: required(GraphQLString), defaultValue: '', description: 'Default: all namespaces.' },
    name: { type: required(GraphQLString), description: 'The object; default: all of them.', defaultValue: '' },
    path: { type: GraphQLString, description: 'Of a request that is not for a resource: /metrics.' },
  },
  async resolve(_root, given: Arguments, { access }) {
    const { user, groups, verb, apiGroup: group, resource, subresource, namespace, name, path } = withoutNulls(given);
    if ((resource === undefined) === (path === undefined)) throw badInput('explainAccess needs either a resource or a path');
    checkCount(groups, limits.accessGroups, 'groups');
    return access.explain({
      ...(user === undefined ? {} : { user }),
      ...(groups === undefined ? {} : { groups }),
      verb,
      ...(resource === undefined ? { path } : { resource: { group, resource, subresource, namespace, name } }),
    });
  },
};
