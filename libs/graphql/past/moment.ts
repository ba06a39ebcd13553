import { type GraphQLArgumentConfig, GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import type { Instant } from '#apimachinery';
import { Compacted, FutureRevision, type Revision } from '#storage';
import type { GraphContext } from '../context.js';
import { parseDuration } from '../duration.js';

/** A moment of the past as a client names it; times in milliseconds of the cluster's clock. */
export type Moment = { readonly revision: Revision } | { readonly time: Instant } | { readonly ago: number };

const wrong = (given: unknown): GraphQLError =>
  new GraphQLError(
    `At cannot represent ${String(JSON.stringify(given)).slice(0, 100)}: it takes a revision (1234), a time (2026-01-02T03:04:05Z) or how long ago (10m)`,
  );

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const LONGEST = 60;

/** The moment that a value means; throws for one that means none. */
export function momentOf(given: unknown): Moment {
  if (typeof given === 'number' && Number.isSafeInteger(given) && given > 0) return { revision: given };
  if (typeof given !== 'string' || given.length > LONGEST) throw wrong(given);
  if (/^[1-9]\d{0,14}$/.test(given)) return { revision: Number(given) };
  const time = TIME.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(time)) return { time };
  const ago = parseDuration(given);
  if (ago === undefined || ago < 0) throw wrong(given);
  return { ago };
}

/** A moment of the past. */
export const At = new GraphQLScalarType<Moment>({
  name: 'At',
  description:
    'A moment of the past: a revision (1234, a metadata.resourceVersion), a time by the cluster’s clock ("2026-01-02T03:04:05Z"), or how long ago by it ("10m", "1h30m", "1d12h").',
  parseValue: momentOf,
  parseLiteral: (node) => momentOf(node.kind === Kind.INT ? Number(node.value) : node.kind === Kind.STRING ? node.value : null),
});

/** The argument with which an object, a list and everything that they lead to are read as they were. */
export const atArgument: GraphQLArgumentConfig = {
  type: At,
  description:
    'As it was then: a revision (1234), a time ("2026-01-02T03:04:05Z") or how long ago ("10m", "1d"). Its relations are those of the same revision. Needs the permission to list.',
};

/** The revision of a moment. Throws Compacted, FutureRevision and BeforeLog where there is none that can be read. */
export async function revisionOf(moment: Moment, { history, now }: Pick<GraphContext, 'history' | 'now'>): Promise<Revision> {
  if (!('revision' in moment)) return history.revisionAt('time' in moment ? moment.time : now() - moment.ago);
  const { revision } = moment;
  const current = await history.revision();
  if (revision > current) throw new FutureRevision(revision, current);
  const oldest = await history.oldest();
  if (revision < oldest) throw new Compacted(revision, oldest);
  return revision;
}
