import type { corev1 } from '#api';
import { formatTime, type KubeObject } from '#apimachinery';
import type { Companion, StrategyContext } from '#apiserver';
import { needsHealthCheck, needsNodePort, nodePortsOf } from './facts.js';

type Service = corev1.Service;

/**
 * Who holds a node port. Upstream keeps a bitmap of all ports at /registry/ranges/servicenodeports; here each port that is held has a
 * key of its own below it, written in the transaction that writes its Service, so that creations at one instant do not wait for each other.
 */
const CLAIMS = 'ranges/servicenodeports';

/** What stands at a port's key. No API serves it. */
interface NodePortClaim extends KubeObject {
  serviceRef: { namespace: string; name: string; uid: string };
}

/** All ports that a Service holds, its health check's too. */
export function heldPorts(service: Service): Set<number> {
  const held = new Set(needsNodePort(service) ? nodePortsOf(service) : []);
  if (needsHealthCheck(service) && service.spec.healthCheckNodePort) held.add(service.spec.healthCheckNodePort);
  return held;
}

/** The ports that are held, as far as the cache knows. */
export async function claimedPorts({ reader }: StrategyContext): Promise<number[]> {
  return (await reader.list('', CLAIMS)).map(({ metadata }) => Number(metadata.name));
}

const claimOf = ({ reader }: StrategyContext, port: number) => reader.get<NodePortClaim>('', CLAIMS, '', String(port));

/** Whether a port is held, by the cache or the store. */
export async function isClaimed(ctx: StrategyContext, port: number): Promise<boolean> {
  return (await claimOf(ctx, port)) !== undefined;
}

function claim(service: Service, port: number, ctx: StrategyContext): Companion {
  const { name, uid = '' } = service.metadata;
  const object: NodePortClaim = {
    kind: 'RangeAllocation',
    apiVersion: 'v1',
    metadata: { name: String(port), creationTimestamp: formatTime(ctx.clock.now()) },
    serviceRef: { namespace: ctx.namespace, name, uid },
  };
  return { op: 'create', group: '', resource: CLAIMS, name: String(port), object };
}

/** The companions that take and give back ports when a Service changes. Undefined: it is not there before, or not afterwards. */
export async function claimChanges(before: Service | undefined, after: Service | undefined, ctx: StrategyContext): Promise<Companion[]> {
  const old = before ? heldPorts(before) : new Set<number>();
  const next = after ? heldPorts(after) : new Set<number>();
  const taken = after ? [...next].filter((port) => !old.has(port)).map((port) => claim(after, port, ctx)) : [];
  const leaving = [...old].filter((port) => !next.has(port));
  const released = before ? await Promise.all(leaving.map((port) => release(before, port, ctx))) : [];
  return [...taken, ...released.filter((companion) => companion !== undefined)];
}

/** Gives a port back, where it is still this Service's. */
async function release(service: Service, port: number, ctx: StrategyContext): Promise<Companion | undefined> {
  const held = await claimOf(ctx, port);
  if (held === undefined || held.serviceRef.uid !== service.metadata.uid) return undefined;
  return { op: 'delete', group: '', resource: CLAIMS, name: String(port), expected: Number(held.metadata.resourceVersion) };
}
