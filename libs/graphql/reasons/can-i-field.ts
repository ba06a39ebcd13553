import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLObjectType, GraphQLString } from 'graphql';
import { type authorizationv1, type ResourceInfo, SelfSubjectAccessReview, SubjectAccessReview } from '#api';
import { resourceNamed } from '#client';
import { checkCount } from '../check-limit.js';
import type { GraphContext } from '../context.js';
import { costs, oneObject } from '../cost/points.js';
import { badInput } from '../errors.js';
import { limits } from '../limits.js';
import { nullableListOf, required } from '../output-types.js';
import { withoutNulls } from '../queries.js';
import { groupsOf } from '../relations/roles.js';
import { didYouMean } from '../similar.js';

type Answer = authorizationv1.SubjectAccessReviewStatus;
type Asked = Pick<authorizationv1.SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>;

interface Question {
  verb: string;
  resource: string;
  name?: string;
  namespace?: string;
  as?: string;
  asGroups?: readonly string[];
}

const answerType = new GraphQLObjectType<Answer, GraphContext>({
  name: 'AccessAnswer',
  description: 'Whether something is allowed.',
  fields: {
    allowed: {
      type: required(GraphQLBoolean),
      description: 'Whether the API would carry it out.',
      resolve: ({ allowed }) => allowed ?? false,
    },
    denied: {
      type: required(GraphQLBoolean),
      description: 'Refused outright: no other authorizer is asked.',
      resolve: ({ denied }) => denied ?? false,
    },
    reason: { type: GraphQLString, description: 'The binding that allows it; explainAccess tells more, of refusals too.' },
    evaluationError: { type: GraphQLString, description: 'What went wrong when it was looked at: a role that is missing.' },
  },
});

function noResource(served: readonly ResourceInfo[], named: string): string {
  const names = new Set(served.flatMap(({ resource, singular, shortNames = [] }) => [resource, singular, ...shortNames]));
  const hint = didYouMean(named.toLowerCase(), names);
  return `the server doesn't have a resource type ${JSON.stringify(named.slice(0, 100))}${hint && `.${hint}`}`;
}

/** What is asked about: a resource as kubectl names it, with its subresource (pods/log), all of them (*), or a path (/healthz). Throws for unknown ones. */
export function askedAbout(served: readonly ResourceInfo[], { verb, resource: text, name = '', namespace = '' }: Question): Asked {
  if (text.startsWith('/')) return { nonResourceAttributes: { verb, path: text } };
  const [named = '', subresource = ''] = text.split('/', 2);
  const all = { group: '*', resource: '*', namespaced: true };
  const found = named === '*' ? all : resourceNamed(served, named);
  if (!found) throw badInput(noResource(served, named));
  const { group, resource, namespaced } = found;
  return { resourceAttributes: { verb, group, resource, subresource, name, namespace: namespaced ? namespace : '' } };
}

/** The query that asks whether something is allowed. */
export const canIField: GraphQLFieldConfig<unknown, GraphContext> = {
  type: required(answerType),
  description: 'As kubectl auth can-i: whether you, or somebody else, may do something.',
  ...costs(oneObject),
  args: {
    verb: { type: required(GraphQLString), description: 'get, list, create, delete, use …; * for all.' },
    resource: {
      type: required(GraphQLString),
      description: 'As in kubectl: pods, deployments.apps, pods/log, *; or a path: /healthz.',
    },
    name: { type: GraphQLString, description: 'Default: all of them.' },
    namespace: { type: GraphQLString, description: 'Default: in all namespaces.' },
    as: {
      type: GraphQLString,
      description: 'Another user: jane, system:serviceaccount:shop:clerk. Needs the permission to create SubjectAccessReviews.',
    },
    asGroups: {
      type: nullableListOf(GraphQLString),
      description: 'The groups of that user, besides system:authenticated; default: those that every user of such a name has.',
    },
  },
  async resolve(_root, given: Question, { client }) {
    const { as: user, asGroups: groups, ...question } = withoutNulls(given);
    if (groups && user === undefined) throw badInput('asGroups: needs as, too');
    checkCount(groups, limits.accessGroups, 'asGroups');
    const asked = askedAbout(await client.resources(), question);
    const review = { apiVersion: 'authorization.k8s.io/v1', metadata: { name: '' } };
    const answered =
      user === undefined
        ? await client.create(SelfSubjectAccessReview, { ...review, kind: SelfSubjectAccessReview.kind, spec: asked })
        : await client.create(SubjectAccessReview, {
            ...{ ...review, kind: SubjectAccessReview.kind },
            spec: { ...asked, user, groups: groupsOf(user, groups) },
          });
    return answered.status ?? { allowed: false };
  },
};
