import { firstFailure } from './pod-control.js';

/** Maximum items of a batch (stateful_set_control.go MaxBatchSize; ReplicaSets and DaemonSets make no more in one reconcile). */
const MAX_BATCH = 500;

/**
 * Runs something for each item, in batches of 1, 2, 4, … that end at the first batch with a failure, so that what cannot succeed is not
 * tried for all (controller_utils.go slowStartBatch). Returns the first failure. `initial` is the size of the first batch.
 */
export async function slowStart<T>(
  items: readonly T[],
  run: (item: T) => Promise<unknown>,
  { initial = 1 }: { initial?: number } = {},
): Promise<Error | undefined> {
  let size = Math.min(initial, MAX_BATCH);
  for (let at = 0; at < items.length; size = Math.min(size * 2, MAX_BATCH)) {
    const failure = await firstFailure(items.slice(at, at + size).map(run));
    if (failure !== undefined) return failure;
    at += size;
  }
  return undefined;
}
