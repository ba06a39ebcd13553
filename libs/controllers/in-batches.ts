/** Objects that are written at once: the next writes of others wait for at most these. */
const AT_ONCE = 100;

/**
 * Works on any number of objects, not on all at once: the writes of a cluster wait in one queue, and those of other controllers come in
 * between. Resolves with the reason of the first failure, when there is nothing left to do.
 */
export async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<{ reason: unknown } | undefined> {
  let failure: { reason: unknown } | undefined;
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const results = await Promise.allSettled(items.slice(from, from + AT_ONCE).map(work));
    failure ??= results.find((result) => result.status === 'rejected');
  }
  return failure;
}
