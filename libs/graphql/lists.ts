import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  type GraphQLInterfaceType,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLString,
} from 'graphql';
import { checkLimit } from './check-limit.js';
import type { GraphContext } from './context.js';
import { costs, page, wholeList } from './cost/points.js';
import { badInput } from './errors.js';
import { Aggregate, type Aggregated } from './filters/aggregate-fields.js';
import { asksOnlyFor, questionArguments } from './filters/arguments.js';
import type { Subject } from './filters/field-path.js';
import type { FilterTypes } from './filters/input-types.js';
import { type Listing, type Page, type Paging, selectedPage } from './filters/page.js';
import { both, pushedDown } from './filters/pushed.js';
import { filtered, type Question, type Selection, selectionOf } from './filters/selection.js';
import { type GraphKind, resourceOf } from './kinds.js';
import { limits } from './limits.js';
import { withKind } from './loaders.js';
import { requireKind } from './named-kind.js';
import { listOf, required } from './output-types.js';
import { exactly } from './past/list-at.js';
import { atArgument, type Moment } from './past/moment.js';
import { checkNames, selectors, withoutNulls } from './queries.js';
import { Int64 } from './scalars.js';

const namespaceArgument = { type: GraphQLString, description: 'Only objects of this namespace; default all namespaces.' };

/** A page of a kind's objects. */
function connectionType(item: GraphQLObjectType | GraphQLInterfaceType): GraphQLObjectType {
  return new GraphQLObjectType<Page & { aggregated(): Promise<Aggregated> }, GraphContext>({
    name: `${item.name}List`,
    description: `A page of ${item.name} objects at one revision.`,
    fields: {
      items: {
        type: listOf(item),
        description: 'The objects, ordered by namespace and name unless `orderBy` says otherwise.',
      },
      resourceVersion: {
        type: required(GraphQLString),
        description: 'The revision of the list: a watch from it misses nothing.',
      },
      continue: { type: GraphQLString, description: 'Pass it as `continue` to get the next page; null on the last page.' },
      remainingItemCount: { type: Int64, description: 'The number of objects after this page, if known.' },
      aggregate: {
        type: required(Aggregate),
        description: 'All objects that the arguments select together, not only those of this page.',
        ...costs(wholeList),
        resolve: ({ aggregated }) => aggregated(),
      },
    },
  });
}

interface ListArguments extends Question {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  at?: Moment;
}

function pageLimit(limit: number | null | undefined): number {
  checkLimit(limit, limits.largestPage);
  return limit ?? limits.pageSize;
}

/** Why a page is not of the past revision that was asked for. */
const notOf = ({ info }: GraphKind, revision: string): string =>
  revision === '0'
    ? `at: ${info.resource} are computed when they are read: they have no past`
    : `continue: this page is of revision ${revision}, another one than \`at\``;

const pageDescription = `Objects per page, at most ${limits.largestPage}. With \`where\` a page ends after ${limits.filterScan} objects that were looked at, too: it may have fewer, or none, and \`continue\`.`;

/** What a list is of: its objects, as they are shown and as questions see them. */
interface Listed<T> {
  type: T;
  subject: Subject;
  filters: FilterTypes;
}

/** The arguments of a list beside its kind and namespace. */
const listArguments = ({ subject, filters }: Listed<unknown>): GraphQLFieldConfigArgumentMap => ({
  ...selectors,
  ...questionArguments(filters, subject.struct),
  limit: { type: GraphQLInt, defaultValue: limits.pageSize, description: pageDescription },
  continue: { type: GraphQLString, description: 'The `continue` of the previous page, with the same arguments.' },
  at: atArgument,
});

/** The root field that lists a kind. */
export function listField(kind: GraphKind, listed: Listed<GraphQLObjectType>): GraphQLFieldConfig<unknown, GraphContext> {
  const { info } = kind;
  return {
    type: required(connectionType(listed.type)),
    description: `${info.kind} objects (${info.group || 'core'}/${info.version}).`,
    ...costs(page),
    args: { ...(info.namespaced ? { namespace: namespaceArgument } : {}), ...listArguments(listed) },
    resolve: (_root, args: ListArguments, context, asked) => list(kind, listed.subject, args, { context, asked }),
  };
}

/** The root field that lists a kind by its name. */
export const objectsField = (listed: Listed<GraphQLInterfaceType>): GraphQLFieldConfig<unknown, GraphContext> => ({
  type: required(connectionType(listed.type)),
  description:
    'Objects of one kind by its name, as kubectl get: also of the custom kinds of another cluster, whose fields are in `json`: `objects(kind: "widgets") { items { metadata { name } json } }`.',
  ...costs(page),
  args: {
    kind: { type: required(GraphQLString), description: 'As in kubectl: pods, po, deployments.apps.' },
    namespace: { ...namespaceArgument, description: `${namespaceArgument.description} Of no account for kinds that are in none.` },
    ...listArguments(listed),
  },
  resolve(_root, { kind, namespace, ...args }: ListArguments & { kind: string }, context, asked) {
    checkNames({ namespace });
    const found = requireKind(context.kinds, kind);
    return list(found, listed.subject, { ...args, ...(found.info.namespaced && { namespace }) }, { context, asked });
  },
});

async function list(
  kind: GraphKind,
  subject: Subject,
  args: ListArguments,
  { context, asked }: { context: GraphContext; asked: GraphQLResolveInfo },
) {
  checkNames(args);
  const selection = selectionOf(subject.struct, args, context);
  const { at: moment, limit: _limit, continue: from, ...given } = withoutNulls(args);
  const past = await context.at(moment);
  const listing = listingOf(kind, given, past);
  let read: Promise<Aggregated> | undefined;
  const aggregated = (): Promise<Aggregated> => {
    read ??= past.loaders
      .list(listing.resource, listing.reading)
      .then(async (objects) => ({ subject, objects: await filtered(objects, selection.holds, context) }));
    return read;
  };
  if (asksOnlyFor('aggregate', asked)) return { aggregated };
  const answer = await pageOf(listing, selection, { limit: pageLimit(args.limit), continue: from }, context);
  if (listing.revision && answer.resourceVersion !== String(listing.revision)) throw badInput(notOf(kind, answer.resourceVersion));
  return { ...answer, aggregated };
}

const pageOf = (listing: Listing, selection: Selection, paging: Paging, context: GraphContext): Promise<Page> =>
  selection.holds || selection.order ? selectedPage(listing, selection, paging, context) : plainPage(listing, paging, context);

/** What the server is asked for: the arguments, and the part of `where` that it can select by. */
function listingOf(
  kind: GraphKind,
  { namespace, labelSelector, fieldSelector, where }: ListArguments,
  { revision, loaders }: GraphContext,
): Listing {
  const resource = resourceOf(kind);
  const pushed = pushedDown(where);
  return {
    resource,
    revision,
    reading: {
      namespace: namespace ?? (kind.info.namespaced ? pushed.namespace : undefined),
      labelSelector: both(labelSelector, pushed.labelSelector),
      fieldSelector: both(fieldSelector, pushed.fieldSelector),
    },
    shown: (object) => loaders.noted(withKind(object, resource)),
  };
}

/** A page as the server has it. */
async function plainPage(
  { resource, reading, revision, shown }: Listing,
  { limit, continue: from }: Paging,
  { client, meter }: GraphContext,
): Promise<Page> {
  // A continue token has its revision.
  const place = from ? { continue: from } : exactly(revision);
  const listed = await client.list(resource, { ...reading, ...place, limit });
  meter.count('scanned', listed.items.length);
  return {
    items: listed.items.map(shown),
    resourceVersion: listed.resourceVersion,
    continue: listed.continue || null,
    remainingItemCount: listed.remaining ?? null,
  };
}
