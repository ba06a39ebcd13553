import type { corev1 } from '#api';
import { type FieldError, fieldPath, internalError, invalidValue, type Random } from '#apimachinery';
import type { StrategyContext } from '#apiserver';
import { NODE_PORT_RANGE, nodePortError, PORT_ALLOCATED, type PortRange, pickNodePort } from '#network';
import { needsHealthCheck } from './facts.js';
import { claimedPorts, heldPorts, isClaimed } from './node-port-claims.js';

type Service = corev1.Service;

const portsPath = fieldPath('spec', 'ports');

/** A Service that needs ports, its current state, and ports that other Services use without a reservation. */
interface Wanted {
  service: Service;
  old: Service | undefined;
  held: ReadonlySet<number>;
}

/** The ports of other Services, and those that this operation has allocated so far. */
class Ports {
  private constructor(
    private readonly taken: Set<number>,
    private readonly random: Random,
    private readonly range: PortRange,
  ) {}

  static async of({ service, old, held }: Wanted, ctx: StrategyContext): Promise<Ports> {
    const range = ctx.server?.settings.nodePorts ?? NODE_PORT_RANGE;
    const taken = new Set([...(await claimedPorts(ctx)), ...held]);
    const own = old ? heldPorts(old) : new Set<number>();
    for (const port of own) taken.delete(port);
    // A requested port is looked up in the store, which knows what other servers have just allocated.
    const { ports = [], healthCheckNodePort = 0 } = service.spec;
    const requested = new Set([...ports.map(({ nodePort }) => nodePort ?? 0), healthCheckNodePort]);
    const unknown = [...requested].filter((port) => nodePortError(port, range) === undefined && !taken.has(port) && !own.has(port));
    await Promise.all(unknown.map(async (port) => (await isClaimed(ctx, port)) && taken.add(port)));
    return new Ports(taken, ctx.random.draw('nodePort', `${ctx.namespace}/${service.metadata.name}`), range);
  }

  /** Allocates a port; returns an error message if that is not possible. */
  take(port: number): string | undefined {
    const error = nodePortError(port, this.range) ?? (this.taken.has(port) ? PORT_ALLOCATED : undefined);
    if (error === undefined) this.taken.add(port);
    return error;
  }

  /** Allocates any free port. Throws a 500 StatusError if there is none. */
  next(what: string): number {
    const port = pickNodePort(this.random, (candidate) => this.taken.has(candidate), this.range);
    if (port === undefined) throw internalError(`failed to allocate a ${what}: range is full`);
    this.taken.add(port);
    return port;
  }
}

const shouldAllocate = ({ spec }: Service): boolean => spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;

const nodePortInvalid = (index: number, port: number, text: string): FieldError =>
  invalidValue(portsPath.index(index).child('nodePort'), port, text);

/** For a new Service: one node port for all protocols of the same port (alloc.go initNodePorts). */
function initNodePorts(service: Service, ports: Ports): FieldError[] {
  const byPort = new Map<number, number>();
  const list = service.spec.ports ?? [];
  /** By port, the first requested node port. */
  const requestedFor = new Map<number, number>();
  for (const { port, nodePort } of list) if (nodePort && !requestedFor.has(port)) requestedFor.set(port, nodePort);
  for (const [index, port] of list.entries()) {
    if (!port.nodePort && !shouldAllocate(service)) continue;
    const known = byPort.get(port.port);
    if (known !== undefined && (!port.nodePort || port.nodePort === known)) {
      port.nodePort = known;
      continue;
    }
    const requested = known === undefined ? requestedFor.get(port.port) : port.nodePort;
    if (requested) {
      const error = ports.take(requested);
      if (error) return [nodePortInvalid(index, requested, error)];
    }
    port.nodePort = requested || ports.next('nodePort');
    if (known === undefined) byPort.set(port.port, port.nodePort);
  }
  return [];
}

/** For an updated Service: it keeps the ports it had (alloc.go updateNodePorts). */
function updateNodePorts(service: Service, old: Service, ports: Ports): FieldError[] {
  const own = heldPorts(old);
  for (const [index, port] of (service.spec.ports ?? []).entries()) {
    if (!port.nodePort) {
      if (shouldAllocate(service)) port.nodePort = ports.next('nodePort');
      continue;
    }
    if (own.has(port.nodePort)) continue;
    const error = ports.take(port.nodePort);
    if (error) return [nodePortInvalid(index, port.nodePort, error)];
    own.add(port.nodePort);
  }
  return [];
}

function allocateHealthCheckPort(service: Service, ports: Ports): void {
  const requested = service.spec.healthCheckNodePort ?? 0;
  if (requested === 0) {
    service.spec.healthCheckNodePort = ports.next('HealthCheck NodePort');
    return;
  }
  const error = ports.take(requested);
  if (error) throw internalError(`failed to allocate requested HealthCheck NodePort ${requested}: ${error}`);
}

/** Allocates the node ports that a Service needs, in place. Throws a 500 StatusError if the range is full. */
export async function allocateNodePorts(wanted: Wanted, ctx: StrategyContext): Promise<FieldError[]> {
  const { service, old } = wanted;
  const ports = await Ports.of(wanted, ctx);
  if (old) for (const port of heldPorts(old)) ports.take(port);
  const errors = old ? updateNodePorts(service, old, ports) : initNodePorts(service, ports);
  if (errors.length === 0 && needsHealthCheck(service) && !(old && needsHealthCheck(old))) allocateHealthCheckPort(service, ports);
  return errors;
}
