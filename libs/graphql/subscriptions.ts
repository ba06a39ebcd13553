import {
  GraphQLEnumType,
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import { type ChainStep, EventChain } from './chain.js';
import type { GraphContext } from './context.js';
import { badInput, toGraphQLError } from './errors.js';
import type { HistoryEntry } from './history.js';
import { resourceOf } from './kinds.js';
import { limits } from './limits.js';
import { requireKind, withKind, withoutNulls } from './queries.js';
import { Int64, Time } from './scalars.js';
import { stream } from './stream.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const WatchTypeEnum = new GraphQLEnumType({ name: 'WatchEventType', values: { ADDED: {}, MODIFIED: {}, DELETED: {} } });
const StepTypeEnum = new GraphQLEnumType({ name: 'ChainStepType', values: { CREATED: {}, UPDATED: {}, DELETED: {} } });

const watchEventType = (objectInterface: GraphQLOutputType): GraphQLObjectType =>
  new GraphQLObjectType({
    name: 'WatchEvent',
    description: 'One change of one object.',
    fields: {
      type: { type: new GraphQLNonNull(WatchTypeEnum) },
      resourceVersion: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'Hand it back as resourceVersion to go on after this event.',
      },
      object: { type: new GraphQLNonNull(objectInterface), description: 'The object after the change; a deleted one as it was last.' },
    },
  });

const chainStepType = (objectInterface: GraphQLOutputType): GraphQLObjectType =>
  new GraphQLObjectType<ChainStep>({
    name: 'ChainStep',
    description: 'One write that followed from the first one.',
    fields: {
      revision: { type: new GraphQLNonNull(Int64), description: 'The revision of this write.' },
      type: { type: new GraphQLNonNull(StepTypeEnum) },
      component: { type: GraphQLString, description: 'The component that wrote; null for a client.' },
      user: { type: new GraphQLNonNull(GraphQLString) },
      verb: { type: GraphQLString },
      wokenBy: { type: Int64, description: 'The revision that woke the component; null for the first write.' },
      depth: { type: new GraphQLNonNull(GraphQLInt), description: 'How many causes lie between this write and the first one.' },
      at: { type: new GraphQLNonNull(Time), description: 'When, in cluster time.' },
      sinceStartMs: { type: new GraphQLNonNull(Int64), description: 'Milliseconds of cluster time since the first write.' },
      sinceCauseMs: {
        type: new GraphQLNonNull(Int64),
        description: 'Milliseconds of cluster time since the write that woke the component.',
      },
      summary: { type: new GraphQLNonNull(GraphQLString), description: 'What was done, in a few words.' },
      object: { type: new GraphQLNonNull(objectInterface), description: 'The object as written.' },
    },
  });

const renewed = (event: unknown, _args: unknown, context: GraphContext): unknown => {
  context.renew();
  return event;
};

interface WatchArguments {
  kind: string;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion?: string;
}

const watchField = (objectInterface: GraphQLOutputType): Field => ({
  type: new GraphQLNonNull(watchEventType(objectInterface)),
  description:
    'Every change of a kind’s objects, in order and without a gap. Without resourceVersion the present objects come first, as ADDED.',
  args: {
    kind: { type: new GraphQLNonNull(GraphQLString), description: 'What kubectl takes: pod, po, deployments.apps.' },
    namespace: { type: GraphQLString },
    labelSelector: { type: GraphQLString },
    fieldSelector: { type: GraphQLString },
    resourceVersion: { type: GraphQLString, description: 'Go on after this revision.' },
  },
  resolve: renewed,
  subscribe(_root, { kind, ...query }: WatchArguments, { client }) {
    const resource = resourceOf(requireKind(kind));
    return stream(limits.subscriptionBacklog, ({ push, end }) =>
      client.watch(resource, withoutNulls(query), {
        event: ({ type, object, revision }) => push({ type, resourceVersion: String(revision), object: withKind(object, resource) }),
        end: (error) => end(error && toGraphQLError(error)),
      }),
    );
  },
});

interface ChainArguments {
  resourceVersion?: string;
  kind?: string;
  name?: string;
  namespace: string;
}

const chainArguments = {
  resourceVersion: { type: GraphQLString, description: 'The write to follow: metadata.resourceVersion of what it answered.' },
  kind: { type: GraphQLString, description: 'Instead: the next write by a client to the object of this kind …' },
  name: { type: GraphQLString, description: '… and this name.' },
  namespace: { type: new GraphQLNonNull(GraphQLString), defaultValue: 'default' },
};

function revisionOf(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw badInput(`resourceVersion: invalid value ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}

/** Whether an entry is the write that the arguments name. */
function startOf({ resourceVersion, kind, name, namespace }: ChainArguments): (entry: HistoryEntry) => boolean {
  if (resourceVersion) {
    const revision = revisionOf(resourceVersion);
    return (entry) => entry.revision === revision;
  }
  if (!kind || !name) throw badInput('eventChain needs a resourceVersion, or a kind and a name');
  const { info } = requireKind(kind);
  const path = info.namespaced ? `/${namespace}/${name}` : `/${name}`;
  return (entry) => !entry.cause.component && entry.key.endsWith(path) && (JSON.parse(entry.value) as { kind?: string }).kind === info.kind;
}

const chainField = (step: GraphQLObjectType): Field => ({
  type: new GraphQLNonNull(step),
  description: 'From one write, everything that followed from it, component by component, as it happens.',
  args: chainArguments,
  resolve: renewed,
  async subscribe(_root, args: ChainArguments, { history }) {
    const chain = new EventChain(startOf(args));
    const after = args.resourceVersion ? revisionOf(args.resourceVersion) - 1 : await history.revision();
    return stream<ChainStep>(limits.subscriptionBacklog, ({ push, end }) =>
      history.follow(
        after,
        (entry) => {
          const found = chain.next(entry);
          if (found) push(found);
        },
        (error) => end(error && toGraphQLError(error)),
      ),
    );
  },
});

const chainSoFarField = (step: GraphQLObjectType): Field => ({
  type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(step))),
  description: 'From one write, everything that has followed from it so far.',
  extensions: { reads: true },
  args: { resourceVersion: { type: new GraphQLNonNull(GraphQLString), description: chainArguments.resourceVersion.description } },
  async resolve(_root, { resourceVersion }: { resourceVersion: string }, { history }) {
    const revision = revisionOf(resourceVersion);
    const chain = new EventChain((entry) => entry.revision === revision);
    const entries = await history.log(revision - 1, limits.chainEntries);
    return entries.flatMap((entry) => chain.next(entry) ?? []);
  },
});

/** Fields of the Subscription type, and the query that answers a chain at once. */
export function subscriptionFields(objectInterface: GraphQLOutputType): { watch: Field; eventChain: Field; eventChainSoFar: Field } {
  const step = chainStepType(objectInterface);
  return { watch: watchField(objectInterface), eventChain: chainField(step), eventChainSoFar: chainSoFarField(step) };
}
