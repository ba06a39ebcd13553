import { isFenced } from '#controller-runtime';

/** Maximum items of a batch (stateful_set_control.go MaxBatchSize; ReplicaSets and DaemonSets make no more in one reconcile). */
const MAX_BATCH = 500;

async function runAll<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<Error | undefined> {
  let failure: Error | undefined;
  for (const result of await Promise.allSettled(items.map(run))) {
    if (result.status === 'fulfilled') continue;
    const error = result.reason instanceof Error ? result.reason : new Error(String(result.reason));
    if (isFenced(error)) throw error;
    failure ??= error;
  }
  return failure;
}

/**
 * Runs something for each item, in batches of 1, 2, 4, … that end at the first batch with a failure, so that what cannot succeed is not
 * tried for all (controller_utils.go slowStartBatch). Returns the first failure. `initial` is the size of the first batch.
 */
export async function slowStart<T>(
  items: readonly T[],
  run: (item: T) => Promise<void>,
  { initial = 1 }: { initial?: number } = {},
): Promise<Error | undefined> {
  let size = Math.min(initial, MAX_BATCH);
  for (let at = 0; at < items.length; size = Math.min(size * 2, MAX_BATCH)) {
    const failure = await runAll(items.slice(at, at + size), run);
    if (failure !== undefined) return failure;
    at += size;
  }
  return undefined;
}
