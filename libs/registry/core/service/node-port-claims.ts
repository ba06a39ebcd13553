import type { corev1 } from '#api';
import { formatTime, type KubeObject } from '#apimachinery';
import type { ClusterReader, Companion, StrategyContext } from '#apiserver';
import { needsHealthCheck, needsNodePort, nodePortsOf } from './facts.js';

type Service = corev1.Service;

/**
 * The owner of a node port. Upstream has a bitmap of all ports at /registry/ranges/servicenodeports; here each port in use has a key of its
 * own below it, written in the transaction that writes its Service, so that concurrent creations do not conflict.
 */
const CLAIMS = 'ranges/servicenodeports';

/** The object at a port's key. It is not served by any API. */
interface NodePortClaim extends KubeObject {
  serviceRef: { namespace: string; name: string; uid: string };
}

/** All ports of a Service, including its health check node port. */
export function heldPorts(service: Service): Set<number> {
  const held = new Set(needsNodePort(service) ? nodePortsOf(service) : []);
  if (needsHealthCheck(service) && service.spec.healthCheckNodePort) held.add(service.spec.healthCheckNodePort);
  return held;
}

/** The ports in use, as far as the cache knows. */
export async function claimedPorts({ reader }: StrategyContext): Promise<number[]> {
  return (await reader.list('', CLAIMS)).map(({ metadata }) => Number(metadata.name));
}

const claimOf = ({ reader }: StrategyContext, port: number) => reader.get<NodePortClaim>('', CLAIMS, '', String(port));

/** Whether a port is in use, according to the cache or the store. */
export async function isClaimed(ctx: StrategyContext, port: number): Promise<boolean> {
  return (await claimOf(ctx, port)) !== undefined;
}

function claim(service: Service, port: number, ctx: StrategyContext): Companion {
  const { name, uid = '', namespace = ctx.namespace } = service.metadata;
  const object: NodePortClaim = {
    kind: 'RangeAllocation',
    apiVersion: 'v1',
    metadata: { name: String(port), creationTimestamp: formatTime(ctx.clock.now()) },
    serviceRef: { namespace, name, uid },
  };
  return { op: 'create', group: '', resource: CLAIMS, name: String(port), object };
}

/**
 * The companions that reserve and release ports when a Service changes. Undefined: it did not exist before, or does not exist afterwards.
 */
export async function claimChanges(before: Service | undefined, after: Service | undefined, ctx: StrategyContext): Promise<Companion[]> {
  const old = before ? heldPorts(before) : new Set<number>();
  const next = after ? heldPorts(after) : new Set<number>();
  const taken = after ? [...next].filter((port) => !old.has(port)).map((port) => claim(after, port, ctx)) : [];
  const leaving = [...old].filter((port) => !next.has(port));
  const released = before ? await Promise.all(leaving.map((port) => release(before, port, ctx))) : [];
  return [...taken, ...released.filter((companion) => companion !== undefined)];
}

/** Releases a port, if it still belongs to this Service. */
async function release(service: Service, port: number, ctx: StrategyContext): Promise<Companion | undefined> {
  const held = await claimOf(ctx, port);
  if (held === undefined || held.serviceRef.uid !== service.metadata.uid) return undefined;
  return { op: 'delete', group: '', resource: CLAIMS, name: String(port), expected: Number(held.metadata.resourceVersion) };
}

/** The writes after which all Services have reserved their ports, and the ports of other Services among them. */
export interface Repair {
  ports: ReadonlySet<number>;
  companions: Companion[];
}

const NOTHING: Repair = { ports: new Set(), companions: [] };

/** The clusters in which all Services have reserved their ports, by their readers. */
const repaired = new WeakSet<ClusterReader>();

/**
 * Services that were stored by older versions have ports without a reservation. The first writes of a process that allocate ports add the
 * missing ones, like kube-apiserver's repair loop at its start (portallocator/controller/repair.go), in a separate transaction that also
 * rewrites each such Service unchanged, so that it still has the ports when they are reserved for it. If several Services have the same
 * port, the first one gets it. `after` is what will replace `old`.
 */
export async function missingClaims(old: Service | undefined, after: Service, ctx: StrategyContext): Promise<Repair> {
  const { reader } = ctx;
  if (repaired.has(reader)) return NOTHING;
  await reader.refresh();
  const claimed = new Set(await claimedPorts(ctx));
  const unclaimed = (service: Service): number[] => {
    const ports = [...heldPorts(service)].filter((port) => !claimed.has(port));
    for (const port of ports) claimed.add(port);
    return ports;
  };
  const kept = heldPorts(after);
  const companions = old ? unclaimed(old).flatMap((port) => (kept.has(port) ? [claim(old, port, ctx)] : [])) : [];
  const ports = new Set<number>();
  for (const service of await reader.list<Service>('', 'services')) {
    const { name, namespace, resourceVersion } = service.metadata;
    const missing = unclaimed(service);
    if (missing.length === 0) continue;
    for (const port of missing) ports.add(port);
    // This Service is being written already: the other companions are those of `old`, or this creation will fail.
    if (name === after.metadata.name && namespace === ctx.namespace) continue;
    const expected = Number(resourceVersion);
    companions.push({ op: 'update', group: '', resource: 'services', namespace, name, object: service, expected });
    for (const port of missing) companions.push(claim(service, port, ctx));
  }
  if (ports.size === 0 && companions.length === 0) repaired.add(reader);
  return { ports, companions };
}
