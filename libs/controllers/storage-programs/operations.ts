import type { Instant } from '#apimachinery';
import { perCluster } from '#client';
import type { ReconcileContext } from '#controller-runtime';

/** When operations of simulated storage began, by cluster and by what they are about. A program that is restarted begins anew. */
const begun = perCluster(() => new Map<string, Instant>());

/**
 * An operation that takes a moment: `first` if it begins now, and `wait` milliseconds until it is done. Once it is done it is forgotten.
 */
export function operation(key: string, { informers, clock, profile }: ReconcileContext): { first: boolean; wait: number } {
  const known = begun(informers);
  const at = known.get(key);
  const wait = Math.max(0, (at ?? clock.now()) + profile.containerStart - clock.now());
  if (wait > 0) known.set(key, at ?? clock.now());
  else known.delete(key);
  return { first: at === undefined, wait };
}
