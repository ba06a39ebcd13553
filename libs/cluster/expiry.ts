import type { Clock, Instant } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { Component } from '#controller-runtime';
import type { Storage } from '#storage';

const batch = 500;

/** Deletes objects whose lease has expired (as in etcd, each key is deleted and watchers get the events). */
export async function expireLeases(storage: Storage, store: ClusterStore, now: Instant): Promise<void> {
  for (;;) {
    const due = await storage.expired(now, batch);
    if (due.length === 0) return;
    const cause = { requestId: 'lease-expiry', user: 'system:etcd', component: 'etcd', verb: 'delete' };
    // Only objects that are unchanged: one that was renewed has a new lease.
    await store.write(due.map(({ key, modRevision }) => ({ type: 'delete', key, expected: modRevision, cause, at: now })));
    if (due.length < batch) return;
  }
}

/** etcd's own work as a component: its turns delete what has expired; its timer is the next expiry. */
export function etcdComponent(open: (cluster: string) => { storage: Storage; store: ClusterStore; release(): void }): Component {
  return {
    name: 'etcd',
    interests: () => false,
    async open({ cluster, clock }) {
      const { storage, store, release } = open(cluster);
      return {
        async drain() {
          let nextAt = await storage.nextExpiry();
          if (nextAt !== undefined && nextAt <= clock.now()) {
            await expireLeases(storage, store, clock.now());
            nextAt = await storage.nextExpiry();
          }
          return { more: false, nextAt };
        },
        close: release,
      };
    },
  };
}

/** The minimum interval at which the component is woken for a cluster that gets Events, whose leases last an hour. */
const lookEvery = 10 * 60_000;

/** Says when to wake the etcd component for a cluster in which an object with a lease was written: rarely, but in time. */
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
