import type { ClockTurner } from '#hosting';
import type { Access, Clusters, Organizations } from '#platform';
import type { ClusterAddress } from './platform/views.js';

/** What the platform's REST API and the Kubernetes endpoint stand on. */
export interface PlatformServices {
  access: Access;
  clusters: Clusters;
  organizations: Organizations;
  address: ClusterAddress;
  clock: ClockTurner;
}
