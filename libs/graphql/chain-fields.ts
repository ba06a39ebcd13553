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
import { type ChainStep, EventChain, type FieldChange, fieldChanges, type HistoryEntry } from '#history';
import { FutureRevision } from '#storage';
import type { GraphContext } from './context.js';
import { costs, logEntries, oneObject } from './cost/points.js';
import { badInput } from './errors.js';
import { fieldChangeType } from './field-change-type.js';
import { type GraphKinds, resourceOf } from './kinds.js';
import { limits } from './limits.js';
import { entryAt, lastClientWrite, readCauses, revisionOf } from './log-reads.js';
import { requireKind } from './named-kind.js';
import { Int64, Time } from './scalars.js';
import { stream } from './stream.js';
import { lengthOf } from './text/length.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const StepTypeEnum = new GraphQLEnumType({
  name: 'ChainStepType',
  values: {
    CREATED: {},
    UPDATED: {},
    DELETED: {},
    RULE: { description: 'What a component does without a write: kube-proxy, of an EndpointSlice.' },
  },
});

const chainStepType = (objectInterface: GraphQLOutputType): GraphQLObjectType =>
  new GraphQLObjectType<ChainStep, GraphContext>({
    name: 'ChainStep',
    description: 'One write that followed from the first one, or a rule that did.',
    fields: {
      revision: { type: new GraphQLNonNull(Int64), description: 'The revision of this write, or of the one that the rule is made of.' },
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
      object: { type: new GraphQLNonNull(objectInterface), description: 'The object as written; of a rule: what it is made of.' },
      changes: {
        type: new GraphQLList(new GraphQLNonNull(fieldChangeType)),
        description: 'What an update changed; null for other writes, and if the log does not have the object before it any more.',
        ...costs(oneObject),
        resolve: changesOf,
      },
    },
  });

async function changesOf(
  { type, previousRevision, object }: ChainStep,
  _args: unknown,
  context: GraphContext,
): Promise<FieldChange[] | null> {
  if (type !== 'UPDATED' || previousRevision === null) return null;
  const before = await entryAt(previousRevision, context);
  return before ? fieldChanges(JSON.parse(before.value), object) : null;
}

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
            for (const step of chain.next(entry)) push(step);
            if (chain.size >= limits.chainMembers) end(badInput(`The chain has ${limits.chainMembers} writes: it is followed no further.`));
          },
          end,
        ),
    });
  },
});

/** Reads the log page by page. */
async function readChain(revision: number, most: number, { history, meter }: GraphContext): Promise<ChainStep[]> {
  const chain = new EventChain((entry) => entry.revision === revision);
  const steps: ChainStep[] = [];
  let after = revision - 1;
  for (let left = most; left > 0; ) {
    const entries = await history.log(after, Math.min(limits.logPage, left), limits.logPageLength);
    const length = entries.reduce((sum, { value }) => sum + value.length, 0);
    meter.count('logEntries', entries.length);
    meter.count('logBytes', length);
    for (const entry of entries) {
      const wait = meter.turn();
      if (wait) await wait;
      steps.push(...chain.next(entry));
      after = entry.revision;
    }
    if (entries.length === 0) return steps;
    left -= entries.length;
  }
  return steps;
}

function chosenEntries(entries: number | null | undefined): number {
  if (typeof entries === 'number' && (entries < 1 || entries > limits.chainEntries)) {
    throw badInput(`entries must be between 1 and ${limits.chainEntries}`);
  }
  return entries ?? Number.POSITIVE_INFINITY;
}

interface TraceArguments {
  kind: string;
  name: string;
  namespace: string;
  resourceVersion?: string | null;
  entries?: number | null;
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
    return readChain(await pastRevision(resourceVersion, context), chosenEntries(entries), context);
  },
});

const traceOfField = (step: GraphQLObjectType): Field => ({
  type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(step))),
  description: 'Everything that has followed so far from the last write of a client to an object, in order.',
  ...costs(logEntries),
  args: {
    kind: { type: new GraphQLNonNull(GraphQLString), description: 'As in kubectl: deployment, deploy, deployments.apps.' },
    name: { type: new GraphQLNonNull(GraphQLString) },
    namespace: chainArguments.namespace,
    resourceVersion: {
      type: GraphQLString,
      description: 'A version of the object, as of which its last write is looked for. Default: now.',
    },
    entries: { type: GraphQLInt, description: 'As in eventChain.' },
  },
  async resolve(_root, { kind, name, namespace, resourceVersion, entries }: TraceArguments, context) {
    const found = requireKind(context.kinds, kind);
    const standing =
      resourceVersion ??
      (await context.client.get(resourceOf(found), name, found.info.namespaced ? namespace : undefined)).metadata.resourceVersion;
    const start = await lastClientWrite(await pastRevision(standing ?? '', context), context);
    return readChain(start, chosenEntries(entries), context);
  },
});

const causesField = (step: GraphQLObjectType): Field => ({
  type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(step))),
  description:
    'Why a write was made: the write that woke its writer, the one that woke the writer of that, and so on; the first one first.',
  ...costs(() => ({ own: limits.causes / limits.logEntriesPerPoint, items: limits.causes })),
  args: { resourceVersion: { type: new GraphQLNonNull(GraphQLString), description: 'The write: a metadata.resourceVersion.' } },
  resolve: async (_root, { resourceVersion }: { resourceVersion: string }, context) =>
    readCauses(await pastRevision(resourceVersion, context), context),
});

/** The subscription that follows a chain, the queries that return it as it is now, and the way back. */
export function chainFields(objectInterface: GraphQLOutputType): { follow: Field; soFar: Field; traceOf: Field; causes: Field } {
  const step = chainStepType(objectInterface);
  return { follow: chainField(step), soFar: chainSoFarField(step), traceOf: traceOfField(step), causes: causesField(step) };
}
