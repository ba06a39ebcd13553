import { systemClock } from '#apimachinery';
import { type Cluster, type ClusterClock, kubeconfig, type Organization, quotasOf, type Snapshot, standsStill, timeOf } from '#platform';

/** How clusters are reached from outside. */
export interface ClusterAddress {
  /** The URL of a cluster's Kubernetes API. */
  serverOf(clusterId: string): string;
  /** The CA that signed its certificate, PEM; undefined: clients' systems know it. */
  readonly ca: string | undefined;
}

/** An organization in the REST API. */
export function organizationView({ id, name, isDefault, quotas, createdAt }: Organization) {
  return { id, name, default: isDefault, quotas: quotasOf(quotas), createdAt: createdAt.toISOString() };
}

/** A clock in the REST API. One that goes on from another time than the machine's, but as fast, is real too. */
export function clockView(clock: ClusterClock) {
  if (clock.mode === 'real') return { mode: clock.mode };
  const now = new Date(timeOf(clock, systemClock.now())).toISOString();
  if (standsStill(clock)) return { mode: clock.mode, now };
  return clock.rate === 1 ? { mode: 'real', now } : { mode: clock.mode, rate: clock.rate, now };
}

/** A new cluster, with what gives access to it. */
export function createdView({ cluster, token }: { cluster: Cluster; token: string }, address: ClusterAddress) {
  const { id, name } = cluster;
  const config = kubeconfig({ name, server: address.serverOf(id), ca: address.ca, user: { token } });
  return { ...clusterView(cluster, address), token, kubeconfig: config };
}

export function snapshotView({ name, revision, at, createdAt }: Snapshot) {
  return { name, revision, at: new Date(at).toISOString(), createdAt: createdAt.toISOString() };
}

/** A cluster in the REST API. */
export function clusterView(cluster: Cluster, address: ClusterAddress) {
  const { id, name, organizationId, nodes, features, profile, clock, seed, createdAt } = cluster;
  return {
    id,
    name,
    organization: organizationId,
    server: address.serverOf(id),
    nodes,
    ...features,
    profile,
    clock: clockView(clock),
    seed,
    createdAt: createdAt.toISOString(),
  };
}
