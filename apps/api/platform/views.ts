import { type Cluster, type Organization, quotasOf } from '#platform';

/** How clusters are reached from outside. */
export interface ClusterAddress {
  /** The URL of a cluster's Kubernetes API. */
  serverOf(clusterId: string): string;
  /** The CA that signed its certificate, PEM. */
  readonly ca: string;
}

/** An organization in the REST API. */
export function organizationView({ id, name, isDefault, quotas, createdAt }: Organization) {
  return { id, name, default: isDefault, quotas: quotasOf(quotas), createdAt: createdAt.toISOString() };
}

/** A cluster in the REST API. */
export function clusterView(cluster: Cluster, address: ClusterAddress) {
  const { id, name, organizationId, nodes, profile, clock, seed, createdAt } = cluster;
  return {
    id,
    name,
    organization: organizationId,
    server: address.serverOf(id),
    nodes,
    profile,
    clock: clock.mode === 'real' ? { mode: clock.mode } : { mode: clock.mode, now: new Date(clock.now).toISOString() },
    seed,
    createdAt: createdAt.toISOString(),
  };
}
