import type { Instant } from '#apimachinery';
import type { RestScope } from './scope.js';

/** For how many seconds a lease is given to further objects at most, and for which part of its TTL (lease_manager.go). */
const REUSED = 60;
const REUSED_PART = 0.05;

/**
 * When a lease for a TTL in milliseconds ends that an object gets at `at`; undefined: never. TTLs are in whole seconds, and 0 is none. Objects
 * that are written within a minute share one, so that they expire together, up to a minute late (apiserver/pkg/storage/etcd3/lease_manager.go
 * GetLease). Here the minutes are those of the clock: every API server gives the same.
 */
export function leaseEnd(ttl: number, at: Instant): Instant | undefined {
  const seconds = Math.floor(ttl / 1000);
  if (seconds <= 0) return undefined;
  const reused = 1000 * Math.min(REUSED, Math.floor(seconds * REUSED_PART));
  const start = reused === 0 ? at : at - (at % reused);
  return start + seconds * 1000 + reused;
}

/** When an object expires that is written now; undefined: never. Of the API's objects, only Events do. */
export function expiryOf({ cluster, resource }: Pick<RestScope, 'cluster' | 'resource'>, at: Instant): { expiresAt?: Instant } {
  const standard = resource.stored.strategy.ttl;
  const expiresAt = standard === undefined ? undefined : leaseEnd(cluster.settings.eventTTL ?? standard, at);
  return expiresAt === undefined ? {} : { expiresAt };
}
