import type { corev1 } from '#api';
import { goQuote } from '#apimachinery';
import { MOST_PROBED_FILES } from '../images/limits.js';
import type { FileChange, Program, ServedPort } from '../images/program.js';
import { programOfProbe } from './programs.js';

/** The result of a probe, in the words of upstream's probers (pkg/probe). */
export interface ProbeOutcome {
  ok: boolean;
  output: string;
}

/** The target of a probe: a running container's program, `elapsed` milliseconds after its start. */
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
  const status = open.status?.(path.split('?', 1)[0] ?? '', target.elapsed) ?? 400;
  return status >= 200 && status < 400 ? OK : failed(`HTTP probe failed with statuscode: ${status}`);
}

function probeTCP(target: ProbedContainer, { port: named, host }: corev1.TCPSocketAction): ProbeOutcome {
  const port = portNumber(target.container, named);
  if (port === undefined) return failed(`invalid port number: ${named}`);
  return served(target, port) ? OK : failed(`dial tcp ${host || target.podIP}:${port}: connect: connection refused`);
}

function probeGRPC(target: ProbedContainer, { port }: corev1.GRPCAction, timeout: number): ProbeOutcome {
  const open = served(target, port);
  if (open?.protocol === 'grpc') {
    return (open.status?.('', target.elapsed) ?? 200) === 200 ? OK : failed('service unhealthy (responded with "NOT_SERVING")');
  }
  return failed(`timeout: failed to connect service "${target.podIP}:${port}" within ${timeout}s: context deadline exceeded`);
}

const FILE_READERS = new Set(['cat', 'ls', 'stat', 'test', '[', 'head', 'tail', 'grep']);

const changesOf = new WeakMap<Program, Map<string, FileChange[]>>();

/** What a program does to its files, by path. */
function changesByPath(program: Program): ReadonlyMap<string, readonly FileChange[]> {
  const known = changesOf.get(program);
  if (known) return known;
  const changes = new Map<string, FileChange[]>();
  if (program.does !== 'not-start') {
    for (const change of program.files) {
      const before = changes.get(change.path);
      if (before) before.push(change);
      else changes.set(change.path, [change]);
    }
  }
  changesOf.set(program, changes);
  return changes;
}

/** The file that a command checks, if the program creates or removes it at some time. */
function missingFile({ program, elapsed }: ProbedContainer, argv: readonly string[]): string | undefined {
  if (!FILE_READERS.has(argv[0] ?? '')) return undefined;
  const changes = changesByPath(program);
  return argv.slice(1, MOST_PROBED_FILES).find((path) => {
    const ofPath = changes.get(path);
    return ofPath !== undefined && ofPath.findLast((change) => change.at <= elapsed)?.exists !== true;
  });
}

/** A probe's command: the words that may be file names, and the result if all files exist. */
interface ProbeCommand {
  argv: readonly string[];
  outcome: ProbeOutcome;
}

/** Cached with the pod's object, since a probe is run many times. */
const commandsOf = new WeakMap<corev1.ExecAction, ProbeCommand>();

function readCommand(container: corev1.Container, action: corev1.ExecAction): ProbeCommand {
  const { command = [] } = action;
  const script = command.findIndex((word) => /^-[a-z]*c$/.test(word));
  const argv = script >= 0 ? (command[script + 1] ?? '').trim().split(/\s+/, MOST_PROBED_FILES) : command;
  const program = programOfProbe(container, action);
  return { argv, outcome: program === undefined || (program.does === 'exit' && program.code === 0) ? OK : failed('') };
}

function probeExec(target: ProbedContainer, action: corev1.ExecAction): ProbeOutcome {
  const read = commandsOf.get(action) ?? readCommand(target.container, action);
  commandsOf.set(action, read);
  const { argv, outcome } = read;
  const missing = missingFile(target, argv);
  if (missing !== undefined) return failed(argv[0] === 'cat' ? `cat: can't open '${missing}': No such file or directory\n` : '');
  return outcome;
}

/** Runs a probe. */
export function probe(target: ProbedContainer, spec: corev1.Probe): ProbeOutcome {
  if (spec.httpGet) return probeHTTP(target, spec.httpGet);
  if (spec.tcpSocket) return probeTCP(target, spec.tcpSocket);
  if (spec.grpc) return probeGRPC(target, spec.grpc, spec.timeoutSeconds ?? 1);
  return spec.exec ? probeExec(target, spec.exec) : OK;
}

/** When (after the start) a probe's result can change for the last time, due to the program's files and ports. */
export function lastChange(program: Program): number {
  return program.does === 'not-start'
    ? 0
    : [...program.files.map(({ at }) => at), ...program.ports.map(({ changesAt = 0 }) => changesAt)].reduce((a, b) => Math.max(a, b), 0);
}
