import { StatusError } from '#apimachinery';
import type { GraphContext } from './context.js';

/** Milliseconds before the first repetition, and the longest wait. */
const FIRST = 50;
const LONGEST = 1_600;

/**
 * Repeats a request that is refused because the cluster has too many in flight, as client-go does: many subscriptions that start at once must
 * not refuse one another.
 */
export async function patiently<T>({ after }: Pick<GraphContext, 'after'>, request: () => Promise<T>): Promise<T> {
  for (let wait = FIRST; ; wait *= 2) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof StatusError) || error.status.code !== 429 || wait > LONGEST) throw error;
      await new Promise<void>((resolve) => void after(wait, resolve));
    }
  }
}
