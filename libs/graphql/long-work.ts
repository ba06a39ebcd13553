import { GraphQLError } from 'graphql';
import { memoized } from '#apimachinery';
import type { GraphContext, GraphSession } from './context.js';
import { isLonger } from './cost/values.js';
import { edits } from './edits/edits.js';
import { toGraphQLError } from './errors.js';
import { Meter } from './execution/meter.js';
import { atOnce } from './execution/pieces.js';
import type { Turns } from './execution/turns.js';
import { DocumentError } from './inputs/documents.js';
import { writeAll } from './inputs/write-request.js';
import type { Result, WriteContext } from './inputs/writing.js';
import type { WrittenObject } from './inputs/written.js';
import { builtInKinds, kindsOf, type ServedKinds } from './kinds.js';
import { type Counted, limits } from './limits.js';
import type { GraphDecision } from './scheduling.js';
import { whatIf } from './what-if.js';

const all = { write: writeAll, whatIf, ...edits };

type WorkName = keyof typeof all;
type Asked = { [N in WorkName]: Parameters<(typeof all)[N]>[0] };
type Answers = { [N in WorkName]: Awaited<ReturnType<(typeof all)[N]>> };
type Answer = Answers[WorkName];
type WorkContext = WriteContext & Pick<GraphContext, 'scheduling'>;

/** What may be given much to read, by name: asked plain data, which can be sent to another thread. */
const works: { [N in WorkName]: (asked: Asked[N], context: WorkContext) => Promise<Answers[N]> } = all;

/** Long work for another thread. */
export interface LongWork<N extends WorkName = WorkName> {
  readonly name: N;
  readonly asked: Asked[N];
}

/** An error as its client sees it. */
interface ToldError {
  message: string;
  extensions: Record<string, unknown>;
}

/** What became of an object: the objects as JSON, which takes less to receive than objects do. */
type SentResult =
  | { error: ToldError }
  | (Omit<WrittenObject, 'object' | 'before'> & { object: string | undefined; before: string | undefined });

/** The answer as it is sent. */
type Sent = { results: readonly SentResult[] } | { result: SentResult } | { decision: GraphDecision };

/** The answer to long work, or what is wrong with all of it; and what it used. */
export type LongAnswer = (Sent | { error: ToldError }) & { used: Record<Counted, number> };

/** The user and the cluster of long work, in the thread that does it. */
export type LongWorkSession = Pick<GraphSession, 'served' | 'requestId' | 'scheduling'> & Omit<WriteContext, 'kinds' | 'meter'>;

const told = ({ message, extensions }: GraphQLError): ToldError => ({ message, extensions });

/** Their names are not those of the cluster's graph, whose types this thread does not have. */
const kindsIn: (served: GraphSession['served']) => ServedKinds = memoized((served) =>
  served.own?.length ? atOnce(kindsOf(served)) : builtInKinds,
);

const textOf = (object: object | undefined): string | undefined => object && JSON.stringify(object);

/** What became of an object, as it is sent. */
function sentResult(result: Result, error: (error: Error) => GraphQLError): SentResult {
  if (result instanceof Error) return { error: told(error(result)) };
  return { ...result, object: textOf(result.object), before: textOf(result.before) };
}

function sent(answer: Answer, error: (error: Error) => GraphQLError): Sent {
  if (Array.isArray(answer)) return { results: answer.map((result) => sentResult(result, error)) };
  return 'pod' in answer ? { decision: answer } : { result: sentResult(answer, error) };
}

/** Does long work in a thread whose event loop is shared by `turns`. Throws what is no client's error. */
export async function doLongWork({ name, asked }: LongWork, session: LongWorkSession, turns: Turns): Promise<LongAnswer> {
  const { client, transaction, scheduling, cluster, yaml, served, requestId } = session;
  const meter = new Meter(turns.share(cluster.id));
  const context = { client, transaction, scheduling, cluster, yaml, meter, kinds: kindsIn(served) };
  const unexpected: unknown[] = [];
  const shown = (error: unknown) => toGraphQLError(error, { requestId, onUnexpected: (cause) => unexpected.push(cause) });
  let answer: Sent | { error: ToldError };
  try {
    answer = sent(await meter.guard<Answer>(() => works[name](asked as never, context)), shown);
  } catch (error) {
    answer = { error: told(shown(error)) };
  }
  if (unexpected.length > 0) throw unexpected[0];
  return { ...answer, used: meter.used() };
}

/** An object that is read when it is first asked for. */
function lazily(text: string): () => WrittenObject['object'] {
  let object: WrittenObject['object'];
  return () => {
    object ??= JSON.parse(text) as WrittenObject['object'];
    return object;
  };
}

/** What became of an object, as it was sent. */
function resultOf(sent: SentResult): Result {
  if ('error' in sent) return new DocumentError(sent.error.message, { extensions: sent.error.extensions });
  const { object, before, ...result } = sent;
  if (object !== undefined) Object.defineProperty(result, 'object', { get: lazily(object) });
  if (before !== undefined) Object.defineProperty(result, 'before', { get: lazily(before) });
  return result;
}

function received(answer: Sent): Answer {
  if ('results' in answer) return answer.results.map(resultOf);
  return 'decision' in answer ? answer.decision : (resultOf(answer.result) as WrittenObject);
}

/** The answer to work; if it is long, from another thread, if there is one. */
export async function answerTo<N extends WorkName>(name: N, asked: Asked[N], context: GraphContext): Promise<Answers[N]> {
  const { meter, workElsewhere } = context;
  const answer = isLonger(asked, limits.longWork) ? await workElsewhere?.({ name, asked }) : undefined;
  if (!answer) return works[name](asked, context);
  meter.add(answer.used);
  if ('error' in answer) throw new GraphQLError(answer.error.message, { extensions: answer.error.extensions });
  return received(answer) as Answers[N];
}
