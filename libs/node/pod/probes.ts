import type { corev1 } from '#api';
import { goQuote } from '#apimachinery';
import { findImage } from '../images/catalogue.js';
import type { Program, ServedPort } from '../images/program.js';
import { parseImage } from '../images/reference.js';
import { programOf } from '../images/run.js';

/** What a probe finds, in the words of upstream's probers (pkg/probe). */
export interface ProbeOutcome {
  ok: boolean;
  output: string;
}

/** What is probed: a running container's program, `elapsed` milliseconds after its start. */
export interface ProbedContainer {
  container: corev1.Container;
  program: Program;
  podIP: string;
  elapsed: number;
}

const OK: ProbeOutcome = { ok: true, output: '' };
const failed = (output: string): ProbeOutcome => ({ ok: false, output });

function portNumber(container: corev1.Container, port: string | number): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

function served({ program }: ProbedContainer, port: number): ServedPort | undefined {
  return program.does === 'not-start' ? undefined : program.ports.find((candidate) => candidate.port === port);
}

function probeHTTP(target: ProbedContainer, get: corev1.HTTPGetAction): ProbeOutcome {
  const port = portNumber(target.container, get.port);
  if (port === undefined) return failed(`invalid port number: ${get.port}`);
  const path = get.path?.startsWith('/') ? get.path : `/${get.path ?? ''}`;
  const host = get.host || target.podIP;
  const open = served(target, port);
  if (!open) {
    const url = `${(get.scheme || 'HTTP').toLowerCase()}://${host}:${port}${path}`;
    return failed(`Get ${goQuote(url)}: dial tcp ${host}:${port}: connect: connection refused`);
  }
  const status = open.status?.(path.split('?')[0] ?? '') ?? 400;
  return status >= 200 && status < 400 ? OK : failed(`HTTP probe failed with statuscode: ${status}`);
}

function probeTCP(target: ProbedContainer, { port: named, host }: corev1.TCPSocketAction): ProbeOutcome {
  const port = portNumber(target.container, named);
  if (port === undefined) return failed(`invalid port number: ${named}`);
  return served(target, port) ? OK : failed(`dial tcp ${host || target.podIP}:${port}: connect: connection refused`);
}

function probeGRPC(target: ProbedContainer, { port }: corev1.GRPCAction, timeout: number): ProbeOutcome {
  if (served(target, port)?.protocol === 'grpc') return OK;
  return failed(`timeout: failed to connect service "${target.podIP}:${port}" within ${timeout}s: context deadline exceeded`);
}

const FILE_READERS = new Set(['cat', 'ls', 'stat', 'test', '[', 'head', 'tail', 'grep']);

/** The file a command looks for, where the program makes or removes it at some time. */
function missingFile({ program, elapsed }: ProbedContainer, argv: readonly string[]): string | undefined {
  if (program.does === 'not-start' || !FILE_READERS.has(argv[0] ?? '')) return undefined;
  for (const path of argv.slice(1)) {
    const changes = program.files.filter((change) => change.path === path);
    const last = changes.findLast((change) => change.at <= elapsed);
    if (changes.length > 0 && last?.exists !== true) return path;
  }
  return undefined;
}

function probeExec(target: ProbedContainer, command: readonly string[]): ProbeOutcome {
  const script = command.findIndex((word) => /^-[a-z]*c$/.test(word));
  const argv = script >= 0 ? (command[script + 1] ?? '').trim().split(/\s+/) : command;
  const missing = missingFile(target, argv);
  if (missing !== undefined) return failed(argv[0] === 'cat' ? `cat: can't open '${missing}': No such file or directory\n` : '');
  const reference = parseImage(target.container.image ?? '');
  const image = reference && findImage(reference);
  if (!image) return OK;
  const outcome = programOf(image.definition, { command, interactive: false, has: () => true });
  return outcome.does === 'exit' && outcome.code === 0 ? OK : failed('');
}

/** Makes a probe. */
export function probe(target: ProbedContainer, spec: corev1.Probe): ProbeOutcome {
  if (spec.httpGet) return probeHTTP(target, spec.httpGet);
  if (spec.tcpSocket) return probeTCP(target, spec.tcpSocket);
  if (spec.grpc) return probeGRPC(target, spec.grpc, spec.timeoutSeconds ?? 1);
  return spec.exec ? probeExec(target, spec.exec.command ?? []) : OK;
}

/** When (after the start) a probe's outcome can change for the last time: what a program does to its files. */
export function lastChange(program: Program): number {
  return program.does === 'not-start' ? 0 : Math.max(0, ...program.files.map(({ at }) => at));
}
