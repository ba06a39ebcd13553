import type { KubeObject } from '#apimachinery';
import type { ClusterContext, Controller, OpenController, WorkQueue } from '#controller-runtime';
import { isEvents, isTracked } from '../kinds.js';
import { Collector } from './collector.js';
import { OwnerGraph } from './graph.js';

/** Most objects have neither, which can be seen in their text without parsing it. */
const MENTIONS_OWNERS = /"(?:ownerReferences|deletionTimestamp)":/;

const isOwnedOrGoing = ({ metadata: { ownerReferences, deletionTimestamp, finalizers } }: KubeObject): boolean =>
  (ownerReferences?.length ?? 0) > 0 || (deletionTimestamp !== undefined && (finalizers?.length ?? 0) > 0);

/**
 * Deletes objects whose owners are gone, delays foreground deletions until the dependents are gone, and releases dependents that are
 * orphaned (pkg/controller/garbagecollector). Its keys are uids.
 */
export const garbageCollector: Controller = {
  name: 'generic-garbage-collector',
  queue: 'garbage_collector_attempt_to_delete',
  flag: 'garbage-collector-controller',
  eventSource: 'garbage-collector-controller',
  interests: ({ group, resource, object, deleted, text }) =>
    !isEvents({ group, resource }) && (deleted || (MENTIONS_OWNERS.test(text) && isOwnedOrGoing(object()))),
  open: openCollector,
};

function openCollector({ informers }: ClusterContext, queue: WorkQueue): OpenController {
  const graph = new OwnerGraph();
  const collector = new Collector(graph, (uid) => queue.add(uid));
  informers.onServed({
    added(resource) {
      if (!isTracked(resource)) return;
      informers.of(resource).on((change) => {
        const { metadata } = change.object;
        for (const uid of graph.observe(resource, change)) {
          const isItself = uid === metadata.uid && !change.deleted && metadata.deletionTimestamp === undefined;
          if (!isItself || !collector.isKept(uid, informers)) queue.add(uid, change.revision || undefined);
        }
      });
    },
    removed(resource) {
      for (const uid of graph.forget(resource)) queue.add(uid);
    },
  });
  return {
    // Deletions of a thousand dependents should share a few transactions.
    concurrency: 1000,
    async reconcile(uid, ctx) {
      await collector.collect(uid, ctx);
      return undefined;
    },
  };
}
