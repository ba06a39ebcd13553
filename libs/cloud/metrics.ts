import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { exponentialBounds, histograms, type MetricRegistry, values } from '#component-base';

/** What the controllers of the cloud count (cloud-provider controllers/node and controllers/service). */

const MINUTES = exponentialBounds(1, 4, 6);
const taintRemovals = () =>
  histograms(
    'node_controller_cloud_provider_taint_removal_delay_seconds',
    '[ALPHA] Number of seconds after node creation when NodeController removed the cloud-provider taint of a single node.',
    MINUTES,
  );
const initialSyncs = () =>
  histograms(
    'node_controller_initial_node_sync_delay_seconds',
    '[ALPHA] Number of seconds after node creation when NodeController finished the initial synchronization of a single node.',
    MINUTES,
  );
const hostUpdates = () =>
  values(
    'service_controller_loadbalancer_sync_total',
    '[ALPHA] A metric counting the amount of times any load balancer has been configured, as an effect of service/node changes on the cluster',
  );

/** A node was initialized: its taint is gone, and what its machine tells is in it. */
export function countInitialized(metrics: MetricRegistry, { metadata }: corev1.Node, now: Instant): void {
  const seconds = (now - (parseTime(metadata.creationTimestamp ?? '') ?? now)) / 1000;
  for (const delays of [taintRemovals, initialSyncs]) metrics.of(delays).of({}).observe(seconds);
}

/** A load balancer has got other nodes. */
export const countHostUpdate = (metrics: MetricRegistry): void => metrics.count(hostUpdates, {});
