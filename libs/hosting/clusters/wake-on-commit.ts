import { systemClock } from '#apimachinery';
import type { CommitListener } from '#cacher';
import { changeOf, expiryNotices, isOfEvent } from '#cluster';
import type { ComponentChange } from '#controller-runtime';

/** Where commits are reported: the producer side of the queue, or the worker's host. */
export interface Wakeable {
  wake(cluster: string, component: string): void;
  changed(cluster: string, change: ComponentChange): void;
}

/** After each commit of this process, wakes the components that are interested in it, and at intervals the one that expires leases. */
export function wakeOnCommit(target: Wakeable): CommitListener {
  const notice = expiryNotices(systemClock);
  return (cluster, events) => {
    for (const event of events) {
      if (isOfEvent(event)) {
        if (event.type === 'put' && notice(cluster)) target.wake(cluster, 'etcd');
        continue;
      }
      const change = changeOf(event);
      if (change) target.changed(cluster, change);
    }
  };
}
