import type { corev1, networkingv1 } from '#api';
import { type FieldError, fieldPath, formatTime, invalidValue, type Random } from '#apimachinery';
import type { Companion, StrategyContext } from '#apiserver';
import { contains, IP_ALLOCATED, parseRange, pickServiceIP, RANGE_FULL, SERVICE_CIDR, serviceIPError } from '#network';
import { normalizeClusterIPs, patchAllocatedValues } from './allocated-values.js';
import { isHeadless, needsClusterIP, needsNodePort } from './facts.js';
import { setIPFamilies } from './ip-families.js';
import { claimChanges, missingClaims } from './node-port-claims.js';
import { allocateNodePorts } from './node-ports.js';

type Service = corev1.Service;

const ipsPath = fieldPath('spec', 'clusterIPs');
const MISMATCHED = 'the provided network does not match the current range';

/** What a new Service requested. If an address or port is taken in the meantime, the pipeline allocates again, starting from this. */
interface Request {
  picksAddress: boolean;
  nodePorts: ReadonlyArray<number | undefined>;
  healthCheckNodePort: number | undefined;
}

const requests = new WeakMap<Service, Request>();

function requestOf({ spec }: Service): Request {
  return {
    picksAddress: !spec.clusterIPs?.[0],
    nodePorts: (spec.ports ?? []).map(({ nodePort }) => nodePort),
    healthCheckNodePort: spec.healthCheckNodePort,
  };
}

/** Removes what an earlier attempt allocated. */
function restore({ spec }: Service, { nodePorts, healthCheckNodePort }: Request): void {
  for (const [index, port] of (spec.ports ?? []).entries()) {
    const requested = nodePorts[index];
    if (requested === undefined) delete port.nodePort;
    else port.nodePort = requested;
  }
  if (healthCheckNodePort === undefined) delete spec.healthCheckNodePort;
  else spec.healthCheckNodePort = healthCheckNodePort;
}

/** Whether addresses may be allocated of a range (ipallocator/cidrallocator.go isReady). */
const isReady = ({ metadata, status }: networkingv1.ServiceCIDR): boolean =>
  metadata.deletionTimestamp === undefined && (status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'True') === 'True';

async function serviceRanges({ reader }: StrategyContext): Promise<string[]> {
  const ranges = await reader.list<networkingv1.ServiceCIDR>('networking.k8s.io', 'servicecidrs');
  if (ranges.length === 0) return [SERVICE_CIDR];
  const cidrs = ranges.filter(isReady).flatMap(({ spec }) => spec?.cidrs ?? []);
  return cidrs.filter((cidr) => !cidr.includes(':'));
}

const ipAddress = (reader: StrategyContext['reader'], ip: string) =>
  reader.get<networkingv1.IPAddress>('networking.k8s.io', 'ipaddresses', '', ip);

/** The object that reserves an address for a Service (registry/core/service/ipallocator createIPAddress). */
function addressCompanion(service: Service, ip: string, ctx: StrategyContext): Companion {
  const object: networkingv1.IPAddress = {
    kind: 'IPAddress',
    apiVersion: 'networking.k8s.io/v1',
    metadata: {
      name: ip,
      creationTimestamp: formatTime(ctx.clock.now()),
      labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
    },
    spec: { parentRef: { resource: 'services', namespace: ctx.namespace, name: service.metadata.name } },
  };
  return { op: 'create', group: 'networking.k8s.io', resource: 'ipaddresses', name: ip, object };
}

/** Releases an address, if it still belongs to this Service. */
async function releaseAddress(service: Service, ip: string, ctx: StrategyContext): Promise<Companion | undefined> {
  const held = await ipAddress(ctx.reader, ip);
  const parent = held?.spec?.parentRef;
  if (held === undefined || parent?.resource !== 'services') return undefined;
  if (parent.name !== service.metadata.name || parent.namespace !== service.metadata.namespace) return undefined;
  const expected = Number(held.metadata.resourceVersion);
  return { op: 'delete', group: 'networking.k8s.io', resource: 'ipaddresses', name: ip, expected };
}

const drawFor = ({ metadata }: Service, purpose: string, { random, namespace }: StrategyContext): Random =>
  random.draw(purpose, `${namespace}/${metadata.name}`);

/** A free address. The first attempt does not check whether it is taken: the write detects that, and ranges are mostly empty. */
async function pickAddress(service: Service, ctx: StrategyContext, again: boolean): Promise<string | undefined> {
  const taken = new Set<string>();
  if (again) for (const { metadata } of await ctx.reader.list('networking.k8s.io', 'ipaddresses')) taken.add(metadata.name);
  const random = drawFor(service, 'clusterIP', ctx);
  for (const cidr of await serviceRanges(ctx)) {
    const ip = pickServiceIP(random, (candidate) => taken.has(candidate), cidr);
    if (ip !== undefined) return ip;
  }
  return undefined;
}

async function requestedAddressError(ip: string, ctx: StrategyContext): Promise<string | undefined> {
  const cidr = (await serviceRanges(ctx)).find((range) => contains(parseRange(range), ip));
  if (cidr === undefined) return MISMATCHED;
  const error = serviceIPError(ip, cidr);
  if (error !== undefined || ctx.dryRun) return error;
  return (await ipAddress(ctx.reader, ip)) ? IP_ALLOCATED : undefined;
}

interface Allocation {
  companions: Companion[];
  errors: FieldError[];
}

async function allocateAddress(service: Service, earlier: Request | undefined, ctx: StrategyContext): Promise<Allocation> {
  const { spec } = service;
  if (!needsClusterIP(service) || isHeadless(service)) return { companions: [], errors: [] };
  const requested = earlier?.picksAddress ? '' : (spec.clusterIPs?.[0] ?? '');
  if (requested !== '') {
    const error = await requestedAddressError(requested, ctx);
    if (error === undefined) return { companions: [addressCompanion(service, requested, ctx)], errors: [] };
    return { companions: [], errors: [invalidValue(ipsPath, spec.clusterIPs, `failed to allocate IP ${requested}: ${error}`)] };
  }
  const ip = await pickAddress(service, ctx, earlier !== undefined);
  if (ip === undefined)
    return { companions: [], errors: [invalidValue(ipsPath, spec.clusterIPs ?? [''], `failed to allocate IP: ${RANGE_FULL}`)] };
  spec.clusterIP = ip;
  spec.clusterIPs = [ip];
  return { companions: [addressCompanion(service, ip, ctx)], errors: [] };
}

async function releaseAddresses(service: Service, ctx: StrategyContext): Promise<Companion[]> {
  if (!needsClusterIP(service) || isHeadless(service)) return [];
  const released = await Promise.all((service.spec.clusterIPs ?? []).map((ip) => releaseAddress(service, ip, ctx)));
  return released.filter((companion) => companion !== undefined);
}

async function updateAddresses(service: Service, old: Service, ctx: StrategyContext): Promise<Allocation> {
  if (!needsClusterIP(old) && needsClusterIP(service)) return allocateAddress(service, undefined, ctx);
  if (needsClusterIP(old) && !needsClusterIP(service)) return { companions: await releaseAddresses(old, ctx), errors: [] };
  return { companions: [], errors: [] };
}

/**
 * Allocates IP families, cluster IP and node ports for a Service (registry/core/service/storage/alloc.go). The objects that reserve the
 * address and the ports are written together with the Service, so a concurrent write that is second finds them taken.
 */
export async function allocateService(service: Service, old: Service | undefined, ctx: StrategyContext): Promise<Allocation> {
  if (old) patchAllocatedValues(service, old);
  const earlier = requests.get(service);
  if (earlier) restore(service, earlier);
  else {
    normalizeClusterIPs(service, old);
    if (!old) requests.set(service, requestOf(service));
  }
  const families = setIPFamilies(service, old);
  if (families.length > 0) return { companions: [], errors: families };
  const addresses = old ? await updateAddresses(service, old, ctx) : await allocateAddress(service, earlier, ctx);
  if (addresses.errors.length > 0) return addresses;
  if (!needsNodePort(service)) return { companions: [...addresses.companions, ...(await claimChanges(old, service, ctx))], errors: [] };
  const repair = await missingClaims(old, service, ctx);
  const errors = await allocateNodePorts({ service, old, held: repair.ports }, ctx);
  if (errors.length > 0) return { companions: [], errors };
  return { companions: [...addresses.companions, ...repair.companions, ...(await claimChanges(old, service, ctx))], errors };
}

/** What is removed with a Service: its address, its node ports, and the Endpoints of its name. */
export async function releaseService(service: Service, ctx: StrategyContext): Promise<Companion[]> {
  const companions = [...(await releaseAddresses(service, ctx)), ...(await claimChanges(service, undefined, ctx))];
  const { name, namespace = '' } = service.metadata;
  const endpoints = await ctx.reader.get('', 'endpoints', namespace, name);
  if (endpoints) companions.push({ op: 'delete', group: '', resource: 'endpoints', namespace, name });
  return companions;
}
