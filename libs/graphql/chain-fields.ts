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
import type { HistoryEntry } from '#history';
import { type ChainStep, EventChain } from '#history';
import { FutureRevision } from '#storage';
import type { GraphContext } from './context.js';
import { costs, logEntries, oneObject } from './cost/points.js';
import { badInput } from './errors.js';
import type { GraphKinds } from './kinds.js';
import { limits } from './limits.js';
import { requireKind } from './queries.js';
import { Int64, Time } from './scalars.js';
import { stream } from './stream.js';
import { lengthOf } from './text/length.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const StepTypeEnum = new GraphQLEnumType({ name: 'ChainStepType', values: { CREATED: {}, UPDATED: {}, DELETED: {} } });

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
      depth: { type: new GraphQLNonNull(GraphQLInt), description: 'Number of steps from the first write.' },
      at: { type: new GraphQLNonNull(Time), description: 'The time of the write, in cluster time.' },
      sinceStartMs: { type: new GraphQLNonNull(Int64), description: 'Milliseconds of cluster time since the first write.' },
      sinceCauseMs: {
        type: new GraphQLNonNull(Int64),
        description: 'Milliseconds of cluster time since the write that woke the component.',
      },
      summary: { type: new GraphQLNonNull(GraphQLString), description: 'A short description of the write.' },
      object: { type: new GraphQLNonNull(objectInterface), description: 'The object as written.' },
    },
  });

interface ChainArguments {
  resourceVersion?: string;
  kind?: string;
  name?: string;
  namespace: string;
}

const chainArguments = {
  resourceVersion: { type: GraphQLString, description: 'The write to follow: the metadata.resourceVersion in its response.' },
  kind: { type: GraphQLString, description: 'Alternatively: the next write by a client to the object of this kind …' },
  name: { type: GraphQLString, description: '… and this name.' },
  namespace: { type: new GraphQLNonNull(GraphQLString), defaultValue: 'default' },
};

function revisionOf(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw badInput(`resourceVersion: invalid value ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}

/** Whether an entry is the write that the arguments specify. */
function startOf({ resourceVersion, kind, name, namespace }: ChainArguments, kinds: GraphKinds): (entry: HistoryEntry) => boolean {
  if (resourceVersion) {
    const revision = revisionOf(resourceVersion);
    return (entry) => entry.revision === revision;
  }
  if (!kind || !name) throw badInput('eventChain needs a resourceVersion, or a kind and a name');
  const { info } = requireKind(kinds, kind);
  const path = info.namespaced ? `/${namespace}/${name}` : `/${name}`;
  return (entry) => !entry.cause.component && entry.key.endsWith(path) && (JSON.parse(entry.value) as { kind?: string }).kind === info.kind;
}

/** The revision of a write; throws if it does not exist yet. */
async function pastRevision(text: string, { history }: GraphContext): Promise<number> {
  const revision = revisionOf(text);
  const current = await history.revision();
  if (revision > current) throw new FutureRevision(revision, current);
  return revision;
}

const chainField = (step: GraphQLObjectType): Field => ({
  type: new GraphQLNonNull(step),
  description: 'Everything that follows from one write, component by component, as it happens.',
  ...costs(oneObject),
  args: chainArguments,
  resolve: (event) => event,
  async subscribe(_root, args: ChainArguments, context) {
    const { history, kinds } = context;
    const chain = new EventChain(startOf(args, kinds));
    const after = args.resourceVersion ? (await pastRevision(args.resourceVersion, context)) - 1 : await history.revision();
    return stream<ChainStep>({
      lengthOf: ({ object }) => lengthOf(object),
      open: ({ push, end }) =>
        history.follow(
          after,
          (entry) => {
            const found = chain.next(entry);
            if (found) push(found);
            if (chain.size >= limits.chainMembers) end(badInput(`The chain has ${limits.chainMembers} writes: it is followed no further.`));
          },
          end,
        ),
    });
  },
});

/** Reads the log page by page; the size of a page depends on the content of the last one. */
async function readChain(revision: number, most: number, { history, meter }: GraphContext): Promise<ChainStep[]> {
  const chain = new EventChain((entry) => entry.revision === revision);
  const steps: ChainStep[] = [];
  let after = revision - 1;
  let page: number = limits.logPage;
  for (let left = most; left > 0; ) {
    const asked = Math.min(page, left);
    const entries = await history.log(after, asked);
    const length = entries.reduce((sum, { value }) => sum + value.length, 0);
    meter.count('logEntries', entries.length);
    meter.count('logBytes', length);
    for (const entry of entries) {
      const wait = meter.turn();
      if (wait) await wait;
      const step = chain.next(entry);
      if (step) steps.push(step);
      after = entry.revision;
    }
    if (entries.length < asked) return steps;
    left -= entries.length;
    page = Math.max(1, Math.min(limits.largestLogPage, Math.floor((limits.logPageLength * entries.length) / (length + 1))));
  }
  return steps;
}

const chainSoFarField = (step: GraphQLObjectType): Field => ({
  type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(step))),
  description: 'Everything that has followed from one write so far, in order.',
  ...costs(logEntries),
  args: {
    resourceVersion: { type: new GraphQLNonNull(GraphQLString), description: chainArguments.resourceVersion.description },
    entries: {
      type: GraphQLInt,
      description: `The maximum number of log entries to read after the write. If omitted, all are read, and it is an error if there are more than ${limits.chainEntries}.`,
    },
  },
  async resolve(_root, { resourceVersion, entries }: { resourceVersion: string; entries?: number | null }, context) {
    if (typeof entries === 'number' && (entries < 1 || entries > limits.chainEntries)) {
      throw badInput(`entries must be between 1 and ${limits.chainEntries}`);
    }
    return readChain(await pastRevision(resourceVersion, context), entries ?? Number.POSITIVE_INFINITY, context);
  },
});

/** The subscription that follows a chain, and the query that returns it as it is now. */
export function chainFields(objectInterface: GraphQLOutputType): { follow: Field; soFar: Field } {
  const step = chainStepType(objectInterface);
  return { follow: chainField(step), soFar: chainSoFarField(step) };
}
