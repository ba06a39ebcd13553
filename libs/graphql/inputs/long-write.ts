import { GraphQLError } from 'graphql';
import type { Served } from '#api';
import type { KubeObject } from '#apimachinery';
import type { GraphContext, GraphSession } from '../context.js';
import { isLonger } from '../cost/values.js';
import { toGraphQLError } from '../errors.js';
import { Meter } from '../execution/meter.js';
import { atOnce } from '../execution/pieces.js';
import type { Turns } from '../execution/turns.js';
import { builtInKinds, type GraphKinds, kindsOf } from '../kinds.js';
import { type Counted, limits } from '../limits.js';
import { DocumentError } from './documents.js';
import { type WriteRequest, writeAll } from './write-request.js';
import type { Result, WriteContext } from './writing.js';
import type { WrittenObject } from './written.js';

/** A long write for another thread: objects as JSON, which takes less to send than objects do. */
export type LongWrite = Omit<WriteRequest, 'objects'> & { objects: readonly string[] };

/** An error of a write as its client sees it. */
interface ToldError {
  message: string;
  extensions: Record<string, unknown>;
}

/** What became of an object: the objects as JSON. */
type LongResult =
  | { error: ToldError }
  | (Omit<WrittenObject, 'object' | 'before'> & { object: string | undefined; before: string | undefined });

/** The answer to a long write: what became of each object, or what is wrong with all; and what it used. */
export type LongWritten = ({ results: readonly LongResult[] } | { error: ToldError }) & { used: Record<Counted, number> };

/** The user and the cluster of a long write, in the thread that answers it. */
export type LongWriteSession = Pick<GraphSession, 'served' | 'requestId'> & Omit<WriteContext, 'kinds' | 'meter'>;

const told = ({ message, extensions }: GraphQLError): ToldError => ({ message, extensions });

/** Whether reading and writing what a request gives takes steps for which nobody else should wait. */
const isLong = ({ objects, manifest = '' }: WriteRequest): boolean =>
  manifest.length >= limits.longWrite || isLonger(objects, limits.longWrite);

const kindsIn = (served: Served): GraphKinds => (served.own?.length ? atOnce(kindsOf(served)) : builtInKinds);

const textOf = (object: KubeObject | undefined): string | undefined => object && JSON.stringify(object);

/** What became of an object, as it is sent. */
function sent(result: Result, error: (error: Error) => GraphQLError): LongResult {
  if (result instanceof Error) return { error: told(error(result)) };
  return { ...result, object: textOf(result.object), before: textOf(result.before) };
}

/** Answers a long write in a thread whose event loop is shared by `turns`. Throws what is no client's error. */
export async function writeLong({ objects, ...request }: LongWrite, session: LongWriteSession, turns: Turns): Promise<LongWritten> {
  const { client, transaction, cluster, yaml, served, requestId } = session;
  const meter = new Meter(turns.share(cluster.id));
  const context = { client, transaction, cluster, yaml, meter, kinds: kindsIn(served) };
  const unexpected: unknown[] = [];
  const shown = (error: unknown) => toGraphQLError(error, { requestId, onUnexpected: (cause) => unexpected.push(cause) });
  let answer: { results: LongResult[] } | { error: ToldError };
  try {
    const results = await meter.guard(() => writeAll({ ...request, objects: objects.map((text) => JSON.parse(text)) }, context));
    answer = { results: results.map((result) => sent(result, shown)) };
  } catch (error) {
    answer = { error: told(shown(error)) };
  }
  if (unexpected.length > 0) throw unexpected[0];
  return { ...answer, used: meter.used() };
}

/** An object that is read when it is first asked for. */
function lazily(text: string): () => KubeObject {
  let object: KubeObject | undefined;
  return () => {
    object ??= JSON.parse(text) as KubeObject;
    return object;
  };
}

/** What became of an object of a long write. */
function resultOf(sent: LongResult): Result {
  if ('error' in sent) return new DocumentError(sent.error.message, { extensions: sent.error.extensions });
  const { object, before, ...result } = sent;
  if (object !== undefined) Object.defineProperty(result, 'object', { get: lazily(object) });
  if (before !== undefined) Object.defineProperty(result, 'before', { get: lazily(before) });
  return result;
}

/** Writes the objects of a request: a long one in another thread, if there is one. */
export async function answerTo(request: WriteRequest, context: GraphContext): Promise<Result[]> {
  const { meter, writeElsewhere } = context;
  if (!writeElsewhere || !isLong(request)) return writeAll(request, context);
  const objects: string[] = [];
  for (const object of request.objects) {
    await meter.turn();
    objects.push(JSON.stringify(object) ?? 'null');
  }
  const answer = await writeElsewhere({ ...request, objects });
  if (!answer) return writeAll(request, context);
  meter.add(answer.used);
  if ('error' in answer) throw new GraphQLError(answer.error.message, { extensions: answer.error.extensions });
  return answer.results.map(resultOf);
}
