import { GraphQLEnumType, type GraphQLFieldConfig, GraphQLInt, GraphQLObjectType, type GraphQLOutputType, GraphQLString } from 'graphql';
import { type ChainStep, EventChain, type SeenStep, writeText } from '#history';
import { chainSubscription } from './chain-subscription.js';
import { checkLimit } from './check-limit.js';
import type { GraphContext } from './context.js';
import { costs, logEntries, oneObject } from './cost/points.js';
import { resourceOf } from './kinds.js';
import { limits } from './limits.js';
import { lastClientWrite, pastRevision, readCauses } from './log-reads.js';
import { requireKind } from './named-kind.js';
import { listOf, required } from './output-types.js';
import { changesOf, writeFields } from './past/write-fields.js';
import { Int64 } from './scalars.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const StepTypeEnum = new GraphQLEnumType({
  name: 'ChainStepType',
  description: 'What a step of an event chain is.',
  values: {
    CREATED: { description: 'An object was created.' },
    UPDATED: { description: 'An object was changed.' },
    DELETED: { description: 'An object was deleted.' },
    RULE: { description: 'What a component does without a write: kube-proxy, of an EndpointSlice.' },
    HIDDEN: { description: 'A write of an object that you may not get: nothing but its place is told.' },
    SETTLED: { description: 'The end of a chain that is followed: nothing more follows from the first write.' },
  },
});

const chainStepType = (objectInterface: GraphQLOutputType): GraphQLObjectType =>
  new GraphQLObjectType<SeenStep, GraphContext>({
    name: 'ChainStep',
    description:
      'One write that followed from the first one, or a rule that did. What is told of every step but those that are HIDDEN may be null.',
    fields: {
      ...writeFields(objectInterface, (type) => type),
      revision: { type: required(Int64), description: 'The revision of this write, or of the one that the rule is made of.' },
      type: { type: required(StepTypeEnum), description: 'What it is: a write, a rule, or the end.' },
      wokenBy: { type: Int64, description: 'The revision that woke the component; null for the first write.' },
      depth: { type: required(GraphQLInt), description: 'Number of steps from the first write.' },
      sinceStartMs: { type: Int64, description: 'Milliseconds of cluster time since the first write that you may read.' },
      sinceCauseMs: {
        type: Int64,
        description: 'Milliseconds of cluster time since the write that woke the component; null if that is hidden.',
      },
      line: {
        type: required(GraphQLString),
        description:
          'All of it in one line: the time since the first write, the revision, who did what, the first fields that changed, and after the arrow the revision that it follows from.',
        ...costs(oneObject),
        resolve: lineOf,
      },
    },
  });

/** `+2.500s 310 kubelet: Pod web is Running and ready (.status.phase: "Pending" → "Running") ← 301`. */
async function lineOf(step: SeenStep, _args: unknown, context: GraphContext): Promise<string> {
  const { sinceStartMs, revision, summary, wokenBy } = step;
  const text = writeText(summary, await changesOf(step, context));
  const time = sinceStartMs === null ? '' : `+${(sinceStartMs / 1000).toFixed(3)}s `;
  return `${time}${revision} ${text}${wokenBy === null ? '' : ` ← ${wokenBy}`}`;
}

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
  checkLimit(entries, limits.chainEntries, 'entries');
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
  type: listOf(step),
  description: 'Everything that has followed from one write so far, in order.',
  ...costs(logEntries),
  args: {
    resourceVersion: {
      type: required(GraphQLString),
      description: 'The write to follow: the metadata.resourceVersion in its response.',
    },
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
  type: listOf(step),
  description: 'Everything that has followed so far from the last write of a client to an object, in order.',
  ...costs(logEntries),
  args: {
    kind: { type: required(GraphQLString), description: 'As in kubectl: deployment, deploy, deployments.apps.' },
    name: { type: required(GraphQLString), description: 'The object.' },
    namespace: {
      type: required(GraphQLString),
      defaultValue: 'default',
      description: 'Its namespace; of no account for kinds that are in none.',
    },
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
  type: listOf(step),
  description:
    'Why a write was made: the write that woke its writer, the one that woke the writer of that, and so on; the first one first.',
  ...costs(() => ({ own: limits.causes / limits.logEntriesPerPoint, items: limits.causes })),
  args: { resourceVersion: { type: required(GraphQLString), description: 'The write: a metadata.resourceVersion.' } },
  resolve: async (_root, { resourceVersion }: { resourceVersion: string }, context) =>
    readCauses(await pastRevision(resourceVersion, context), context),
});

interface ChainFields {
  /** The subscription that follows a chain. */
  follow: Field;
  /** The queries that tell it as it is now, and the way back. */
  soFar: Field;
  traceOf: Field;
  causes: Field;
  /** The type of its steps. */
  step: GraphQLObjectType;
}

/** The fields of event chains. */
export function chainFields(objectInterface: GraphQLOutputType): ChainFields {
  const step = chainStepType(objectInterface);
  return { follow: chainSubscription(step), soFar: chainSoFarField(step), traceOf: traceOfField(step), causes: causesField(step), step };
}
