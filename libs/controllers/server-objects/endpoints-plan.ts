import type { corev1, discoveryv1 } from '#api';
import { deepEqual, type Instant } from '#apimachinery';
import type { Outage } from '#controller-runtime';

/** How often each API server renews its key below /masterleases and compares the endpoints with the keys, and how long a key lasts. */
const RECONCILE_PERIOD = 10_000;
const LEASE_TTL = 15_000;

const NAME = 'kubernetes';
const NAMESPACE = 'default';
const SKIP_MIRROR = 'endpointslice.kubernetes.io/skip-mirror';
const SERVICE_NAME = 'kubernetes.io/service-name';
const PORT = { name: 'https', port: 6443, protocol: 'TCP' };

/** An API server, and why it does not work, if so. */
export interface EndpointServer {
  readonly address: string;
  readonly outage?: Outage | undefined;
  /** It ended without removing its key: it crashed, or the node as a whole is off. */
  readonly abrupt: boolean;
}

/** When the others see that the key of a server has expired that was silenced. */
const missedAt = ({ since }: Outage): Instant =>
  Math.ceil((Math.floor(since / RECONCILE_PERIOD) * RECONCILE_PERIOD + LEASE_TTL) / RECONCILE_PERIOD) * RECONCILE_PERIOD;

/** The addresses of the API servers that are listed, and when the list changes next. A server that is told to stop removes its own. */
export function listedServers(servers: readonly EndpointServer[], now: Instant): { addresses: string[]; nextAt?: Instant } {
  const addresses: string[] = [];
  const changes: Instant[] = [];
  for (const { address, outage, abrupt } of servers) {
    if (outage?.state === 'stopped' && !abrupt) continue;
    const missed = outage && missedAt(outage);
    if (missed !== undefined && missed <= now) continue;
    addresses.push(address);
    if (missed !== undefined) changes.push(missed);
  }
  return { addresses: addresses.sort(), ...(changes.length > 0 ? { nextAt: Math.min(...changes) } : {}) };
}

/** The Endpoints `kubernetes` as they are to be written; undefined if they are right (controlplane/reconcilers/lease.go doReconcile). */
export function planEndpoints(standing: corev1.Endpoints | undefined, addresses: readonly string[]): corev1.Endpoints | undefined {
  const [subset, ...others] = standing?.subsets ?? [];
  const listed = (subset?.addresses ?? []).map(({ ip }) => ip).sort();
  const isRight = others.length === 0 && deepEqual(listed, addresses) && deepEqual(subset?.ports, [PORT]);
  if (isRight && standing?.metadata.labels?.[SKIP_MIRROR] === 'true') return undefined;
  const base = standing ?? { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: NAME, namespace: NAMESPACE } };
  const metadata = { ...base.metadata, labels: { ...base.metadata.labels, [SKIP_MIRROR]: 'true' } };
  return { ...base, metadata, subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [PORT] }] };
}

/** The EndpointSlice of the same; undefined if it is right (EnsureEndpointSliceFromEndpoints). */
export function planSlice(
  standing: discoveryv1.EndpointSlice | undefined,
  addresses: readonly string[],
): discoveryv1.EndpointSlice | undefined {
  const labels = { [SERVICE_NAME]: NAME };
  const endpoints = addresses.map((address) => ({ addresses: [address], conditions: { ready: true } }));
  const ports = [PORT];
  const isRight = deepEqual(standing?.endpoints, endpoints) && deepEqual(standing?.ports, ports);
  if (isRight && deepEqual(standing?.metadata.labels, labels)) return undefined;
  const base = standing ?? { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: NAME, namespace: NAMESPACE } };
  return { ...base, metadata: { ...base.metadata, labels }, addressType: 'IPv4', endpoints, ports };
}
