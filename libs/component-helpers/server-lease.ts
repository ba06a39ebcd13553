import { createHash } from 'node:crypto';
import { type coordinationv1, Lease } from '#api';
import { formatMicroTime, type Instant, parseTime } from '#apimachinery';

/** The label of the Leases by which kube-apiservers tell their identity (IdentityLeaseComponentLabelKey), and its value. */
const SERVER_IDENTITY = 'apiserver.kubernetes.io/identity';
const SERVER = 'kube-apiserver';
/** How long such a Lease lasts, in seconds (IdentityLeaseDurationSeconds), and milliseconds between its renewals. */
const SERVER_LEASE_SECONDS = 3600;
export const SERVER_RENEWAL = 10_000;

const NAMESPACE = 'kube-system';
const PREFIX = 'apiserver-';
const PORT = 6443;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648, in lower case, without padding. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(value >>> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text;
}

function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** The name of the Lease of the kube-apiserver on a host (apiserver/pkg/server/config.go NewConfig). */
export function serverLeaseName(host: string): string {
  const hash = createHash('sha256')
    .update(Buffer.concat([prefixed(host), prefixed(SERVER)]))
    .digest();
  return PREFIX + base32(hash.subarray(0, 16));
}

/** The Lease of the kube-apiserver on a host. `process`: a uuid of its own each time that it starts. */
export function serverLease(server: { host: string; address: string; process: string; renewed: Instant }): coordinationv1.Lease {
  const name = serverLeaseName(server.host);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: Lease.kind,
    metadata: {
      name,
      namespace: NAMESPACE,
      labels: { [SERVER_IDENTITY]: SERVER, 'kubernetes.io/hostname': server.host },
      annotations: { 'kubernetes.io/peer-advertise-address': `${server.address}:${PORT}` },
    },
    spec: {
      holderIdentity: `${name}_${server.process}`,
      leaseDurationSeconds: SERVER_LEASE_SECONDS,
      renewTime: formatMicroTime(server.renewed),
    },
  };
}

/** Whether a Lease tells the identity of a kube-apiserver: one that the garbage collector of these Leases looks at. */
export function isServerLease({ metadata }: coordinationv1.Lease): boolean {
  return metadata.namespace === NAMESPACE && metadata.labels?.[SERVER_IDENTITY] === SERVER;
}

/**
 * Whether a simulated kube-apiserver renews this Lease, though nothing is written: the last renewal of one that is silent is not in whole
 * milliseconds.
 */
export function isServerRenewed(lease: coordinationv1.Lease): boolean {
  const { name } = lease.metadata;
  const { renewTime = '', holderIdentity = '', leaseDurationSeconds } = lease.spec ?? {};
  if (!isServerLease(lease) || leaseDurationSeconds === undefined || !holderIdentity.startsWith(`${name}_`)) return false;
  const renewed = parseTime(renewTime);
  return name.startsWith(PREFIX) && renewed !== undefined && renewed % 1 === 0;
}
