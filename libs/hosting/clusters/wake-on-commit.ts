import { systemClock } from '#apimachinery';
import type { CommitListener } from '#cacher';
import { changeOf, expiryNotices } from '#cluster';
import type { ComponentChange } from '#controller-runtime';

/** Who is told of commits: the producer's side of the queue, or the worker's host. */
export interface Wakeable {
  wake(cluster: string, component: string): void;
  changed(cluster: string, change: ComponentChange): void;
}

/** After each commit of this process: wakes the components it concerns, and now and then the one that sees to leases. */
export function wakeOnCommit(target: Wakeable): CommitListener {
  const notice = expiryNotices(systemClock);
  return (cluster, events) => {
    for (const event of events) {
      const change = changeOf(event);
      if (!change) continue;
      if (change.group === '' && change.resource === 'events') {
        if (!change.deleted && notice(cluster)) target.wake(cluster, 'etcd');
      } else target.changed(cluster, change);
    }
  };
}
