import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  GraphQLFloat,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { AuditedRequest, AuditSelection } from './audit.js';
import { checkLimit } from './check-limit.js';
import type { GraphContext } from './context.js';
import { costs, oneObject, page } from './cost/points.js';
import { badInput } from './errors.js';
import { limits } from './limits.js';
import { listOf, required } from './output-types.js';
import { withoutNulls } from './queries.js';
import { Int64, Json, StringMap, Time } from './scalars.js';
import { stream } from './stream.js';
import { lengthOf } from './text/length.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;
type Fields<T> = GraphQLFieldConfigMap<T, GraphContext>;

const userType = new GraphQLObjectType<AuditedRequest['user'], GraphContext>({
  name: 'AuditedUser',
  description: 'A user as the API server has authenticated it.',
  fields: {
    username: { type: required(GraphQLString), description: 'Its name: jane, system:serviceaccount:shop:clerk.' },
    groups: { type: listOf(GraphQLString), description: 'Those that it is in: system:authenticated.' },
    uid: { type: GraphQLString, description: 'What tells users of one name apart in time.' },
    extra: { type: Json, description: 'What else the authenticator says of it, as lists of texts by key.' },
  },
});

const stageType = new GraphQLObjectType<AuditedRequest['stages'][number], GraphContext>({
  name: 'AuditedStage',
  description: 'A part of the work on a request.',
  fields: {
    stage: {
      type: required(GraphQLString),
      description: 'Which one: authentication, queue, authorization, request, mutating, strategy, validating, storage or response.',
    },
    milliseconds: { type: required(GraphQLFloat), description: 'How long it took.' },
  },
});

const eventFields: Fields<AuditedRequest> = {
  id: { type: required(GraphQLString), description: 'The Audit-Id header of the answer.', resolve: ({ auditID }) => auditID },
  level: {
    type: required(GraphQLString),
    description: 'Changes and messages are kept at the level Request, and not of secrets: those have the level Metadata.',
  },
  time: {
    type: required(Time),
    description: 'When the request arrived, in the time of the machine.',
    resolve: ({ requestReceivedTimestamp }) => requestReceivedTimestamp,
  },
  clusterTime: { type: required(Time), description: 'The same in the time of the cluster.' },
  method: { type: required(GraphQLString), description: 'Empty if it was not sent over HTTP.' },
  verb: { type: required(GraphQLString), description: 'What was to be done: get, list, watch, create, update, patch, delete …' },
  uri: { type: required(GraphQLString), description: 'The path and the query of the request.', resolve: ({ requestURI }) => requestURI },
  user: { type: required(userType), description: 'Who sent the request.' },
  impersonatedUser: { type: userType, description: 'As whom it ran, if that is somebody else.' },
  sourceIPs: { type: listOf(GraphQLString), description: 'The addresses that it came from: the client, and the proxies in between.' },
  userAgent: { type: required(GraphQLString), description: 'What the client calls itself.' },
  resource: {
    type: GraphQLString,
    description: 'The resource that it is about, plural: pods. Null: it is about none.',
    resolve: ({ objectRef }) => objectRef?.resource,
  },
  subresource: {
    type: GraphQLString,
    description: 'The part of the object that it is about: log, status, scale.',
    resolve: ({ objectRef }) => objectRef?.subresource,
  },
  apiGroup: {
    type: GraphQLString,
    description: 'The group of the resource: apps. Null: the core group.',
    resolve: ({ objectRef }) => objectRef?.apiGroup,
  },
  namespace: { type: GraphQLString, description: 'The namespace that it is about.', resolve: ({ objectRef }) => objectRef?.namespace },
  name: { type: GraphQLString, description: 'The object that it is about.', resolve: ({ objectRef }) => objectRef?.name },
  dryRun: { type: required(GraphQLBoolean), description: 'Whether it was only tried.' },
  code: {
    type: required(GraphQLInt),
    description: 'The HTTP status of the answer: 201.',
    resolve: ({ responseStatus }) => responseStatus.code,
  },
  reason: {
    type: GraphQLString,
    description: 'Of an error: Forbidden, NotFound, Conflict …',
    resolve: ({ responseStatus }) => responseStatus.reason,
  },
  message: { type: GraphQLString, description: 'Of an error: what it says.', resolve: ({ responseStatus }) => responseStatus.message },
  errors: { type: listOf(GraphQLString), description: 'Errors of validation.' },
  warnings: { type: listOf(GraphQLString), description: 'What the Warning headers of the answer say.' },
  annotations: { type: required(StringMap), description: 'Who authorized it, what PodSecurity says, and the like.' },
  flowSchema: { type: GraphQLString, description: 'The FlowSchema that it belonged to.', resolve: ({ flow }) => flow?.flowSchema },
  priorityLevel: {
    type: GraphQLString,
    description: 'The PriorityLevelConfiguration that it waited in.',
    resolve: ({ flow }) => flow?.priorityLevel,
  },
  admission: {
    type: listOf(Json),
    description: 'The admission plugins that changed or refused something, with the changes as a JSON patch.',
  },
  revision: { type: Int64, description: 'The revision that the request wrote: an eventChain may follow it.' },
  stages: { type: listOf(stageType), description: 'How long each stage took.' },
  milliseconds: { type: required(GraphQLFloat), description: 'From its arrival to its answer.' },
};

/** The type of an audited request. */
export const auditEventType = new GraphQLObjectType<AuditedRequest, GraphContext>({
  name: 'AuditEvent',
  description: 'One request to the cluster, and what happened to it.',
  fields: eventFields,
});

const pageType = new GraphQLObjectType<{ items: AuditedRequest[]; continue: string | null }, GraphContext>({
  name: 'AuditEventPage',
  description: 'A page of the audit log.',
  fields: {
    items: { type: listOf(auditEventType), description: 'Newest first.' },
    continue: { type: GraphQLString, description: 'Pass it as `continue` to get the next page; null on the last page.' },
  },
});

const filters: GraphQLFieldConfigArgumentMap = {
  user: { type: GraphQLString, description: 'The name of the user who sent it, or as whom it ran.' },
  verb: { type: GraphQLString, description: 'get, list, watch, create, update, patch, delete …' },
  resource: { type: GraphQLString, description: 'Plural, with or without a subresource: pods, pods/exec.' },
  namespace: { type: GraphQLString, description: 'Only requests about this namespace, or what is in it.' },
  name: { type: GraphQLString, description: 'Only requests about objects of this name.' },
  code: { type: GraphQLString, description: 'A status code, or a class of them: 4xx.' },
  since: { type: Time, description: 'Only those that arrived then, or later.' },
  until: { type: Time, description: 'Exclusive.' },
  id: { type: GraphQLString, description: 'The Audit-Id header of the answer.' },
};

type Filters = Omit<AuditSelection, 'since' | 'until'> & { since?: string; until?: string };

function timeOf(field: string, text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw badInput(`${field}: must be a time such as 2026-01-02T03:04:05Z`);
  return time;
}

function selectionOf({ since, until, ...others }: Filters): AuditSelection {
  if (others.code !== undefined && !/^[1-5]([0-9][0-9]|xx)$/.test(others.code))
    throw badInput('code: must be a status code such as 403, or a class such as 4xx');
  return {
    ...others,
    ...(since === undefined ? {} : { since: timeOf('since', since) }),
    ...(until === undefined ? {} : { until: timeOf('until', until) }),
  };
}

interface PageArguments extends Filters {
  limit?: number;
  continue?: string;
}

/** The query of the audit log. */
export const auditField: Field = {
  type: required(pageType),
  description: 'The requests of clients to this cluster, newest first: who asked for what, what became of it, and where the time went.',
  ...costs(page),
  args: {
    ...filters,
    limit: { type: GraphQLInt, defaultValue: limits.pageSize, description: `Events per page, at most ${limits.largestPage}.` },
    continue: { type: GraphQLString, description: 'The `continue` of the previous page.' },
  },
  async resolve(_root, given: PageArguments, { audit, meter }) {
    const { limit = limits.pageSize, continue: from, ...selection } = withoutNulls(given);
    checkLimit(limit, limits.largestPage);
    const giveWay = () => meter.turn();
    const found = await audit.page(selectionOf(selection), { limit, giveWay, ...(from === undefined ? {} : { continue: from }) });
    meter.count('scanned', found.items.length);
    return { items: found.items, continue: found.continue ?? null };
  },
};

/** The subscription to the audit log. */
export const followAuditField: Field = {
  type: required(auditEventType),
  description: 'Each request of a client to this cluster, within about a second of its answer.',
  ...costs(oneObject),
  args: filters,
  resolve: (event) => event,
  async subscribe(_root, given: Filters, { audit }) {
    const selection = selectionOf(withoutNulls(given));
    return stream<AuditedRequest>({
      lengthOf,
      open: ({ push, end }) =>
        audit.follow(selection, { record: push, error: (error) => end(error instanceof Error ? error : new Error(String(error))) }),
    });
  },
};
