import { Event } from '#api';
import { formatTime } from '#apimachinery';
import { inProcessClient } from '#apiserver';
import { clusterApi, machineTimers } from '#cluster';
import { standsStill } from '#platform';
import type { WorkerClustersOptions } from './worker-clusters.js';

/** Tells the cluster's users that a component is suspended, with an Event about the namespace that it runs in. */
export async function recordParked(
  { cluster: id, component, lost, milliseconds }: { cluster: string; component: string; lost: number; milliseconds: number },
  { records, stores, clocks }: WorkerClustersOptions,
): Promise<void> {
  const cluster = await records.cluster(id);
  if (!cluster) return;
  const { store, release } = stores.acquire(id, { inRounds: standsStill(cluster.clock) });
  try {
    const clock = clocks.of(cluster);
    const client = inProcessClient(clusterApi({ store, clock, seed: cluster.seed, timers: machineTimers }), { manager: component });
    const time = formatTime(clock.now());
    await client.create(Event, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: '', generateName: `${component}.`, namespace: 'kube-system' },
      involvedObject: { kind: 'Namespace', apiVersion: 'v1', name: 'kube-system', namespace: 'kube-system' },
      type: 'Warning',
      reason: 'ComponentSuspended',
      message: `${component} did not finish its work ${lost} times in a row: it is suspended for ${Math.round(milliseconds / 1000)}s`,
      source: { component },
      reportingComponent: component,
      reportingInstance: '',
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    });
  } finally {
    release();
  }
}
