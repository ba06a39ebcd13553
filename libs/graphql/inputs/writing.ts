import { GraphQLError } from 'graphql';
import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { Client, WriteQuery } from '#client';
import type { GraphContext } from '../context.js';
import type { ServedKinds } from '../kinds.js';
import { limits } from '../limits.js';
import { withKind } from '../loaders.js';
import { DocumentError, documentError, type WantedObject } from './documents.js';
import { type WrittenObject, written } from './written.js';

/** What is needed to write. */
export type WriteContext = Pick<GraphContext, 'client' | 'transaction' | 'yaml' | 'meter'> & {
  readonly kinds: ServedKinds;
  readonly cluster: { readonly id: string };
};

/** Writes one object. */
type Write = (client: Client, target: { resource: Resource; object: KubeObject }, query: WriteQuery) => Promise<KubeObject>;

/** How objects are written. */
interface Writing {
  dryRun: boolean;
  fieldManager: string;
  write: Write;
}

/** What became of an object: an error is told in its place. */
export type Result = WrittenObject | Error;

async function attempt(wanted: WantedObject, client: Client, { dryRun, fieldManager, write }: Writing): Promise<Result> {
  const { object, resource, error, warnings } = wanted;
  if (error || !object || !resource) return error ?? new Error(`no object in ${wanted.name}`);
  try {
    const done = await written(dryRun, async (report) =>
      withKind(await write(client, { resource, object }, { dryRun, fieldManager, report }), resource),
    );
    return { ...done, warnings: [...warnings, ...done.warnings] };
  } catch (failure) {
    return documentError(wanted, failure);
  }
}

/** Sequentially, each by itself: a namespace must exist before the objects in it are created. */
export async function writeEach(
  wanted: readonly WantedObject[],
  { meter }: WriteContext,
  { client, ...writing }: Writing & { client: Client },
): Promise<Result[]> {
  const results: Result[] = [];
  for (const one of wanted) {
    await meter.turn();
    meter.count('scanned', 1);
    results.push(await attempt(one, client, writing));
  }
  return results;
}

/** Where one is refused, none is written; each that is not is told so. */
function givenUp(wanted: readonly WantedObject[], results: readonly Result[]): Error[] {
  const refused = wanted.filter((_, index) => results[index] instanceof Error).map(({ name }) => name);
  const because = refused.slice(0, 3).join(', ') + (refused.length > 3 ? ` and ${refused.length - 3} more` : '');
  return wanted.map(({ name, document }, index) => {
    const result = results[index];
    if (result instanceof Error) return result;
    const extensions = { code: 'ABORTED', ...(document && { document: document.number }) };
    return new DocumentError(`${name}: not written, because of ${because}`, { extensions });
  });
}

/** With the resourceVersions that they got when they were stored. */
function stored(result: Result, finished: (object: KubeObject) => KubeObject): Result {
  if (result instanceof Error) return result;
  const { object, before } = result;
  return { ...result, ...(object && { object: finished(object) }), ...(before && { before: finished(before) }) };
}

/**
 * All or nothing: each is admitted and validated on what the ones before it would leave, then all are stored at once. Tried again where another
 * client was faster. Of a dry run nothing is stored.
 */
export async function writeAtomically(wanted: readonly WantedObject[], context: WriteContext, writing: Writing): Promise<Result[]> {
  for (let tried = 0; tried < limits.transactionAttempts; tried += 1) {
    const transaction = context.transaction({ trial: writing.dryRun });
    try {
      const results = await writeEach(wanted, context, { ...writing, client: transaction.client });
      if (results.some((result) => result instanceof Error)) return givenUp(wanted, results);
      const finished = writing.dryRun ? transaction.tried() : await transaction.commit();
      if (finished) return results.map((result) => stored(result, finished));
    } finally {
      transaction.abort();
    }
  }
  throw new GraphQLError('nothing is written: the objects are changed by others at the same time', { extensions: { code: 'CONFLICT' } });
}
