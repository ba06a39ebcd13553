import type { corev1 } from '#api';
import { goQuote } from '#apimachinery';
import type { Program, ServedPort } from '../images/program.js';
import type { CommandResult } from './world.js';

/** Probes over the network, in the words of upstream's probers (pkg/probe). */

/** The target of a probe: a running container's program, `elapsed` milliseconds after its start. */
export interface ProbedContainer {
  container: corev1.Container;
  program: Program;
  podIP: string;
  elapsed: number;
}

const OK: CommandResult = { ok: true, output: '' };
const failed = (output: string): CommandResult => ({ ok: false, output });

/** The number of a port that may be named. */
export function portNumber(container: corev1.Container, port: string | number): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

function served({ program }: ProbedContainer, port: number): ServedPort | undefined {
  return program.does === 'not-start' ? undefined : program.ports.find((candidate) => candidate.port === port);
}

function probeHTTP(target: ProbedContainer, get: corev1.HTTPGetAction): CommandResult {
  const port = portNumber(target.container, get.port);
  if (port === undefined) return failed(`invalid port number: ${get.port}`);
  const path = get.path?.startsWith('/') ? get.path : `/${get.path ?? ''}`;
  const host = get.host || target.podIP;
  const open = served(target, port);
  if (!open) {
    const url = `${(get.scheme || 'HTTP').toLowerCase()}://${host}:${port}${path}`;
    return failed(`Get ${goQuote(url)}: dial tcp ${host}:${port}: connect: connection refused`);
  }
  const status = open.status?.(path.split('?', 1)[0] ?? '', target.elapsed) ?? 400;
  return status >= 200 && status < 400 ? OK : failed(`HTTP probe failed with statuscode: ${status}`);
}

function probeTCP(target: ProbedContainer, { port: named, host }: corev1.TCPSocketAction): CommandResult {
  const port = portNumber(target.container, named);
  if (port === undefined) return failed(`invalid port number: ${named}`);
  return served(target, port) ? OK : failed(`dial tcp ${host || target.podIP}:${port}: connect: connection refused`);
}

function probeGRPC(target: ProbedContainer, { port }: corev1.GRPCAction, timeout: number): CommandResult {
  const open = served(target, port);
  if (open?.protocol === 'grpc') {
    return (open.status?.('', target.elapsed) ?? 200) === 200 ? OK : failed('service unhealthy (responded with "NOT_SERVING")');
  }
  return failed(`timeout: failed to connect service "${target.podIP}:${port}" within ${timeout}s: context deadline exceeded`);
}

/** Runs a probe over the network. */
export function probe(target: ProbedContainer, spec: corev1.Probe): CommandResult {
  if (spec.httpGet) return probeHTTP(target, spec.httpGet);
  if (spec.tcpSocket) return probeTCP(target, spec.tcpSocket);
  if (spec.grpc) return probeGRPC(target, spec.grpc, spec.timeoutSeconds ?? 1);
  return OK;
}

/** When (after the start) a probe's result can change for the last time, due to the program's ports. */
export function lastChange(program: Program): number {
  return program.does === 'not-start' ? 0 : program.ports.reduce((latest, { changesAt = 0 }) => Math.max(latest, changesAt), 0);
}
