import type { corev1 } from '#api';
import { goQuote } from '#apimachinery';
import type { Program, ServedPort } from '../images/program.js';
import type { ProbeType } from './memory.js';
import type { CommandResult } from './world.js';

/** Probes over the network, in the words of upstream's probers (pkg/probe). */

/** The probes of a container, in the order in which they are looked at. */
export const PROBE_TYPES: readonly ProbeType[] = ['startup', 'liveness', 'readiness'];

const FIELD = { startup: 'startupProbe', liveness: 'livenessProbe', readiness: 'readinessProbe' } as const;

/** A probe of a container. */
export const probeOf = (container: corev1.Container, type: ProbeType): corev1.Probe | undefined => container[FIELD[type]];

/** A program in a running container, `elapsed` milliseconds after its start. */
export interface RunningProgram {
  program: Program;
  elapsed: number;
}

/** The target of a probe. */
export interface ProbedContainer extends RunningProgram {
  container: corev1.Container;
  podIP: string;
  /** What runs in the pod's other containers: they listen at the same address. */
  neighbours(): readonly RunningProgram[];
}

const failed = (output: string): CommandResult => ({ ok: false, output });

/** The number of a port that may be named (pkg/probe ResolveContainerPort). */
export function portNumber(container: corev1.Container, port: string | number): number | { error: string } {
  const named = typeof port === 'number' ? port : container.ports?.find(({ name }) => name === port)?.containerPort;
  if (named === undefined && !/^[+-]?\d+$/.test(String(port)))
    return { error: `strconv.Atoi: parsing ${goQuote(String(port))}: invalid syntax` };
  const number = named ?? Number(port);
  return number > 0 && number < 65_536 ? number : { error: `invalid port number: ${number}` };
}

/** A port that a program listens on. */
interface OpenPort {
  port: ServedPort;
  elapsed: number;
  /** Its answers do not change any more. */
  quiet: boolean;
}

function served(target: ProbedContainer, wanted: number): OpenPort | undefined {
  for (const { program, elapsed } of [target, ...(listensOn(target.program, wanted) ? [] : target.neighbours())]) {
    const port = listensOn(program, wanted);
    if (port) return { port, elapsed, quiet: elapsed >= lastChange(program) };
  }
  return undefined;
}

/** The port of a program; undefined if it does not listen there. */
export const listensOn = (program: Program, wanted: number): ServedPort | undefined =>
  program.does === 'not-start' ? undefined : program.ports.find(({ port }) => port === wanted);

const passed = ({ quiet }: OpenPort): CommandResult => ({ ok: true, output: '', quiet });

function probeHTTP(target: ProbedContainer, get: corev1.HTTPGetAction): CommandResult {
  const port = portNumber(target.container, get.port);
  if (typeof port === 'object') return { ...failed(''), ...port };
  const path = get.path?.startsWith('/') ? get.path : `/${get.path ?? ''}`;
  const host = get.host || target.podIP;
  const open = served(target, port);
  if (!open) {
    const url = `${(get.scheme || 'HTTP').toLowerCase()}://${host}:${port}${path}`;
    return failed(`Get ${goQuote(url)}: dial tcp ${host}:${port}: connect: connection refused`);
  }
  const status = open.port.status?.(path.split('?', 1)[0] ?? '', open.elapsed) ?? 400;
  return status >= 200 && status < 400 ? passed(open) : failed(`HTTP probe failed with statuscode: ${status}`);
}

function probeTCP(target: ProbedContainer, { port: named, host }: corev1.TCPSocketAction): CommandResult {
  const port = portNumber(target.container, named);
  if (typeof port === 'object') return { ...failed(''), ...port };
  const open = served(target, port);
  return open ? passed(open) : failed(`dial tcp ${host || target.podIP}:${port}: connect: connection refused`);
}

function probeGRPC(target: ProbedContainer, { port }: corev1.GRPCAction, timeout: number): CommandResult {
  const open = served(target, port);
  if (open?.port.protocol === 'grpc') {
    return (open.port.status?.('', open.elapsed) ?? 200) === 200
      ? passed(open)
      : failed('service unhealthy (responded with "NOT_SERVING")');
  }
  return failed(`timeout: failed to connect service "${target.podIP}:${port}" within ${timeout}s: context deadline exceeded`);
}

/** Runs a probe over the network. */
export function probe(target: ProbedContainer, spec: corev1.Probe): CommandResult {
  if (spec.httpGet) return probeHTTP(target, spec.httpGet);
  if (spec.tcpSocket) return probeTCP(target, spec.tcpSocket);
  if (spec.grpc) return probeGRPC(target, spec.grpc, spec.timeoutSeconds ?? 1);
  return { ok: true, output: '', quiet: true };
}

/** The port that a probe over the network is sent to. */
export function probedPort(container: corev1.Container, { httpGet, tcpSocket, grpc }: corev1.Probe): number | undefined {
  const port = httpGet?.port ?? tcpSocket?.port ?? grpc?.port;
  const number = port === undefined ? undefined : portNumber(container, port);
  return typeof number === 'number' ? number : undefined;
}

/** When (after the start) a probe's result can change for the last time, due to the program's ports. */
function lastChange(program: Program): number {
  return program.does === 'not-start' ? 0 : program.ports.reduce((latest, { changesAt = 0 }) => Math.max(latest, changesAt), 0);
}
