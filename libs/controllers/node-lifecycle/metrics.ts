import type { corev1 } from '#api';
import { type MetricRegistry, values } from '#component-base';
import { type Zones, zoneOf } from './zones.js';

/** What the controller of nodes counts (pkg/controller/nodelifecycle/metrics.go). */

const health = () => values('node_collector_zone_health', '[ALPHA] Gauge measuring percentage of healthy nodes per zone.', 'gauge');
const size = () => values('node_collector_zone_size', '[ALPHA] Gauge measuring number of registered Nodes per zones.', 'gauge');
const unhealthy = () =>
  values('node_collector_unhealthy_nodes_in_zone', '[ALPHA] Gauge measuring number of not Ready Nodes per zones.', 'gauge');
const evictions = () =>
  values(
    'node_collector_evictions_total',
    '[STABLE] Number of Node evictions that happened since current instance of NodeController started.',
  );

/** The zones as they are seen now. */
export function showZones(metrics: MetricRegistry, zones: Zones): void {
  for (const { zone, ready, notReady } of zones.counts()) {
    const nodes = ready + notReady;
    metrics.of(size).of({ zone }).value = nodes;
    metrics.of(unhealthy).of({ zone }).value = notReady;
    metrics.of(health).of({ zone }).value = nodes === 0 ? 100 : (100 * ready) / nodes;
  }
}

/** The pods of a node are to be evicted. */
export const countEviction = (metrics: MetricRegistry, node: corev1.Node): void => metrics.count(evictions, { zone: zoneOf(node) });
