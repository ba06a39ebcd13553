import { GraphQLBoolean, type GraphQLFieldConfig, type GraphQLObjectType, GraphQLString } from 'graphql';
import { type ChainStep, EventChain, type HistoryEntry } from '#history';
import type { GraphContext } from './context.js';
import { costs, oneObject } from './cost/points.js';
import { parseDuration } from './duration.js';
import { badInput } from './errors.js';
import { resourceOf } from './kinds.js';
import { limits } from './limits.js';
import { lastClientWrite, pastRevision } from './log-reads.js';
import { requireKind } from './named-kind.js';
import { required } from './output-types.js';
import { Settling } from './settling.js';
import { stream } from './stream.js';
import { lengthOf } from './text/length.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

interface ChainArguments {
  resourceVersion?: string | null;
  requestId?: string | null;
  kind?: string | null;
  name?: string | null;
  namespace: string;
  last: boolean;
  quiet?: string | null;
}

const chainArguments = {
  resourceVersion: { type: GraphQLString, description: 'The write to follow: the metadata.resourceVersion in its response.' },
  requestId: {
    type: GraphQLString,
    description:
      'Alternatively: the writes of a request, by the header audit-id of its answer; or of one that is still to come, which may choose its audit-id.',
  },
  kind: { type: GraphQLString, description: 'Alternatively: the next write by a client to the object of this kind …' },
  name: { type: GraphQLString, description: '… and this name.' },
  namespace: { type: required(GraphQLString), defaultValue: 'default', description: '… in this namespace.' },
  last: {
    type: required(GraphQLBoolean),
    defaultValue: false,
    description: 'With kind and name: begins with the last write of a client to that object, and goes on with what comes.',
  },
  quiet: {
    type: GraphQLString,
    defaultValue: '30s',
    description:
      'The chain is settled, and the subscription ends with the mark SETTLED, when nothing has joined it for so long of the cluster’s time (30s, 10m), or when the clock stands still. null: it does not end.',
  },
};

/** Where a chain begins. */
interface Start {
  isStart(entry: HistoryEntry): boolean;
  several?: boolean;
  /** It is followed from the entry after this revision. */
  after: number;
}

const startAt = (revision: number): Start => ({ isStart: (entry) => entry.revision === revision, after: revision - 1 });

/** The writes of a request. Whether it has written is known from the audit log; other processes' records are there a second later. */
async function startOfRequest(id: string, { history, audit, meter }: GraphContext): Promise<Start> {
  const now = await history.revision();
  const { items } = await audit.page({ id }, { limit: limits.pageSize, giveWay: () => meter.turn() });
  const written = items.flatMap(({ revision }) => revision ?? []);
  const oldest = await history.oldest();
  const from = written.length > 0 ? Math.min(...written) - 1 : now - limits.logPage;
  return {
    isStart: ({ cause }) => cause.requestId === id && cause.component === undefined,
    several: true,
    after: Math.max(from, oldest),
  };
}

async function startOfObject({ kind, name, namespace, last }: ChainArguments, context: GraphContext): Promise<Start> {
  if (!kind || !name) throw badInput('eventChain needs a resourceVersion, a requestId, or a kind and a name');
  const found = requireKind(context.kinds, kind);
  const { info } = found;
  if (last) {
    const object = await context.client.get(resourceOf(found), name, info.namespaced ? namespace : undefined);
    return startAt(await lastClientWrite(await pastRevision(object.metadata.resourceVersion ?? '', context), context));
  }
  const path = info.namespaced ? `/${namespace}/${name}` : `/${name}`;
  return {
    isStart: ({ cause, key, value }) =>
      !cause.component && key.endsWith(path) && (JSON.parse(value) as { kind?: string }).kind === info.kind,
    after: await context.history.revision(),
  };
}

async function startOf(given: ChainArguments, context: GraphContext): Promise<Start> {
  const { resourceVersion, requestId, kind, name, last } = given;
  const things = [resourceVersion, requestId, kind || name].filter(Boolean);
  if (things.length > 1) throw badInput('eventChain follows one thing: a resourceVersion, a requestId, or a kind and a name');
  if (last && things.length > 0 && !kind) throw badInput('last is asked with a kind and a name');
  if (resourceVersion) return startAt(await pastRevision(resourceVersion, context));
  if (requestId) return startOfRequest(requestId, context);
  return startOfObject(given, context);
}

/** Milliseconds; undefined: a chain that does not end. */
function quietOf(quiet: string | null | undefined): number | undefined {
  if (quiet === null || quiet === undefined) return undefined;
  const milliseconds = parseDuration(quiet);
  if (milliseconds === undefined || milliseconds <= 0)
    throw badInput(`quiet: ${JSON.stringify(quiet.slice(0, 40))} is not a duration such as 30s`);
  return milliseconds;
}

/** The subscription to a chain: from its first write, which may be past, through what follows, to the mark that it is settled. */
export const chainSubscription = (step: GraphQLObjectType): Field => ({
  type: required(step),
  description:
    'Everything that follows from one write, component by component, with what has followed already first, then as it happens, and a mark when nothing more follows.',
  ...costs(oneObject),
  args: chainArguments,
  resolve: (event) => event,
  async subscribe(_root, given: ChainArguments, context) {
    const quiet = quietOf(given.quiet);
    const { history } = context;
    const start = await startOf(given, context);
    const chain = new EventChain(start.isStart, start.several);
    return stream<ChainStep>({
      lengthOf: ({ object }) => lengthOf(object),
      async open({ push, end }) {
        const settling = new Settling(chain, { quiet, context, after: start.after });
        const stop = await history.follow(
          start.after,
          (entry) => {
            for (const one of chain.next(entry)) push(one);
            settling.delivered(entry.revision);
            if (chain.size >= limits.chainMembers) end(badInput(`The chain has ${limits.chainMembers} writes: it is followed no further.`));
          },
          end,
        );
        settling.start((mark) => {
          push(mark);
          end();
        }, end);
        return () => {
          settling.stop();
          stop();
        };
      },
    });
  },
});
