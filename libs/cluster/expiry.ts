import type { Clock, Instant } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { Component } from '#controller-runtime';
import type { Storage } from '#storage';

const batch = 500;

/** Deletes what has a lease that ran out (etcd revokes leases the same way: each key is deleted, and watchers are told). */
export async function expireLeases(storage: Storage, store: ClusterStore, now: Instant): Promise<void> {
  for (;;) {
    const due = await storage.expired(now, batch);
    if (due.length === 0) return;
    const cause = { requestId: 'lease-expiry', user: 'system:etcd', component: 'etcd', verb: 'delete' };
    // Only what still stands as it was found: an object that was renewed since keeps its new lease.
    await store.write(due.map(({ key, modRevision }) => ({ type: 'delete', key, expected: modRevision, cause, at: now })));
    if (due.length < batch) return;
  }
}

/** What etcd does by itself, as a component: its turns delete what has expired; its timer is the next lease to run out. */
export function etcdComponent(open: (cluster: string) => { storage: Storage; store: ClusterStore; release(): void }): Component {
  return {
    name: 'etcd',
    interests: () => false,
    async open({ cluster, clock }) {
      const { storage, store, release } = open(cluster);
      return {
        async drain() {
          await expireLeases(storage, store, clock.now());
          return { more: false, nextAt: await storage.nextExpiry() };
        },
        close: release,
      };
    },
  };
}

/** How often the component has to look at a cluster that gets Events, at least; a lease of theirs lasts an hour. */
const lookEvery = 10 * 60_000;

/** Says when the etcd component is to be woken for a cluster in which something with a lease was written: seldom, but in time. */
export function expiryNotices(clock: Clock): (cluster: string) => boolean {
  const noticed = new Map<string, Instant>();
  return (cluster) => {
    const now = clock.now();
    if ((noticed.get(cluster) ?? 0) + lookEvery > now) return false;
    if (noticed.size > 10_000) noticed.clear();
    noticed.set(cluster, now);
    return true;
  };
}
