import type { corev1 } from '#api';
import { type FieldError, fieldPath, internalError, invalidValue } from '#apimachinery';
import type { StrategyContext } from '#apiserver';
import { nodePortError, PORT_ALLOCATED, pickNodePort } from '#network';
import { needsHealthCheck, needsNodePort, nodePortsOf } from './facts.js';

type Service = corev1.Service;

const portsPath = fieldPath('spec', 'ports');

/** The ports that other Services hold, and those this operation has taken so far. */
class Ports {
  private constructor(
    private readonly taken: Set<number>,
    private readonly ctx: StrategyContext,
  ) {}

  static async of(service: Service, old: Service | undefined, ctx: StrategyContext): Promise<Ports> {
    const taken = new Set<number>();
    for (const other of await ctx.reader.list<Service>('', 'services')) {
      const own = other.metadata.name === service.metadata.name && (other.metadata.namespace ?? '') === ctx.namespace;
      if (own && old) continue;
      for (const port of nodePortsOf(other)) taken.add(port);
      if (other.spec.healthCheckNodePort) taken.add(other.spec.healthCheckNodePort);
    }
    return new Ports(taken, ctx);
  }

  /** Takes a port; the text says why that can't be. */
  take(port: number): string | undefined {
    const error = nodePortError(port) ?? (this.taken.has(port) ? PORT_ALLOCATED : undefined);
    if (error === undefined) this.taken.add(port);
    return error;
  }

  /** Takes any free port. Throws a 500 StatusError when there is none. */
  next(what: string): number {
    const port = pickNodePort(this.ctx.random, (candidate) => this.taken.has(candidate));
    if (port === undefined) throw internalError(`failed to allocate a ${what}: range is full`);
    this.taken.add(port);
    return port;
  }
}

const shouldAllocate = ({ spec }: Service): boolean => spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;

const nodePortInvalid = (index: number, port: number, text: string): FieldError =>
  invalidValue(portsPath.index(index).child('nodePort'), port, text);

/** A new Service: one node port for all protocols of the same port (alloc.go initNodePorts). */
function initNodePorts(service: Service, ports: Ports): FieldError[] {
  const byPort = new Map<number, number>();
  const list = service.spec.ports ?? [];
  for (const [index, port] of list.entries()) {
    if (!port.nodePort && !shouldAllocate(service)) continue;
    const known = byPort.get(port.port);
    if (known !== undefined && (!port.nodePort || port.nodePort === known)) {
      port.nodePort = known;
      continue;
    }
    const requested = known === undefined ? list.find((other) => other.port === port.port && other.nodePort)?.nodePort : port.nodePort;
    if (requested) {
      const error = ports.take(requested);
      if (error) return [nodePortInvalid(index, requested, error)];
    }
    port.nodePort = requested || ports.next('nodePort');
    if (known === undefined) byPort.set(port.port, port.nodePort);
  }
  return [];
}

/** An updated Service: what it had stays its own (alloc.go updateNodePorts). */
function updateNodePorts(service: Service, old: Service, ports: Ports): FieldError[] {
  const own = new Set(nodePortsOf(old));
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

/** Gives a Service the node ports it needs, in place. Throws a 500 StatusError when the range is full. */
export async function allocateNodePorts(service: Service, old: Service | undefined, ctx: StrategyContext): Promise<FieldError[]> {
  if (!needsNodePort(service)) return [];
  const ports = await Ports.of(service, old, ctx);
  if (old) for (const port of nodePortsOf(old)) ports.take(port);
  const errors = old ? updateNodePorts(service, old, ports) : initNodePorts(service, ports);
  if (errors.length === 0 && needsHealthCheck(service) && !(old && needsHealthCheck(old))) allocateHealthCheckPort(service, ports);
  return errors;
}
