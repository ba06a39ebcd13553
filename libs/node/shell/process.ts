import type { FileSystem } from '../files/file-system.js';
import { FileError } from '../files/file-system.js';
import { normalized } from '../files/nodes.js';
import type { HttpAnswer } from '../images/program.js';
import type { EtcdAccess } from '../runtime/etcd-access.js';
import type { MountLine } from '../runtime/mount-table.js';
import { type Kernel, Signal, type Wait } from './kernel.js';
import { HELD_BYTES } from './limits.js';
import { type Input, type Output, readFrom, writeTo } from './streams.js';

/** What commands know of the container and the network around them. */
export interface Surroundings {
  readonly hostname: string;
  readonly podIP: string;
  /** What a clock shows at an instant of the kernel; `output` is where it is going to be written. */
  time(at: number, output?: Output): number;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** What runs as process 1, and since when. */
  readonly main: { readonly argv: readonly string[]; readonly startedAt: number };
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly mounts: readonly MountLine[];
  readonly network: Network;
  /** Executables of the image that are no shell commands: what they answer, if that is known. */
  readonly executables: ReadonlySet<string>;
}

/** The network as a container sees it. */
export interface Network {
  /** Addresses of a name as the cluster's DNS server answers, with the full name; undefined: NXDOMAIN. */
  resolve(name: string): Promise<{ name: string; addresses: readonly string[] } | undefined>;
  /** Whether the cluster's DNS server answers. */
  hasNameServer(): Promise<boolean>;
  /** An HTTP exchange over TCP; the text of the error otherwise. */
  http(request: HttpCall): Promise<HttpAnswer | ConnectError>;
  /** etcd, if this is the network of its members. */
  etcd?(): Promise<EtcdView | undefined>;
  /** What is on the disk of a member, if the pod runs on its node. */
  etcdDisk?(): Promise<EtcdDisk | undefined>;
  /** Whether a TCP connection can be opened. */
  connect(host: string, port: number): Promise<undefined | ConnectError>;
}

/** The data of a member of etcd. */
interface EtcdDisk {
  /** Notes that a directory has what was stored at a revision. False: that is not known any more. */
  keep(path: string, revision: number): Promise<boolean>;
}

/** etcd with the addresses of its members. */
export interface EtcdView extends EtcdAccess {
  readonly addresses: ReadonlyMap<string, string>;
}

export interface HttpCall {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Why no connection was made: the name is unknown, nothing listens, or no one answers. */
export interface ConnectError {
  error: 'unknown-host' | 'refused' | 'timeout' | 'not-http';
  /** The address that was tried. */
  address: string;
}

/** A process while it runs: what a command gets. */
export interface Process {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly files: FileSystem;
  readonly input: Input;
  readonly output: Output;
  readonly errors: Output;
  readonly kernel: Kernel;
  readonly around: Surroundings;
  /** Runs another command with this process's streams; for env, xargs, timeout and the like. */
  run(argv: readonly string[], streams?: { input?: Input; env?: ReadonlyMap<string, string> }): Generator<Wait, number, void>;
}

/** A command: returns its exit code. Errors of files become messages by themselves. */
export type Command = (process: Process) => Generator<Wait, number, void> | number;

/** Ends a command with a message and a code. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly code = 1,
  ) {
    super(message);
  }
}

/** The absolute path of an operand. */
export const pathIn = ({ cwd }: Pick<Process, 'cwd'>, path: string): string => {
  const absolute = normalized(path, cwd);
  return path.endsWith('/') && absolute !== '/' ? `${absolute}/` : absolute;
};

export const print = ({ output }: Process, text: string): Generator<Wait, void, void> => writeTo(output, text);

/** Prints `NAME: message` to standard error. */
export function* complain({ argv, errors }: Process, message: string): Generator<Wait, number, void> {
  yield* writeTo(errors, `${argv[0]}: ${message}\n`);
  return 1;
}

/** Everything from standard input, up to the limit of what a command may hold. */
export function* readAll(input: Input): Generator<Wait, string, void> {
  const parts: string[] = [];
  let size = 0;
  for (;;) {
    const data = yield* readFrom(input);
    if (data === undefined) return parts.join('');
    size += data.length;
    if (size > HELD_BYTES) throw new CommandError('out of memory');
    parts.push(data);
  }
}

/** The content of the operands one after the other, `-` and none being standard input; complains about those that cannot be read. */
export function* readOperands(process: Process, operands: readonly string[]): Generator<Wait, { texts: string[]; code: number }, void> {
  if (operands.length === 0) return { texts: [yield* readAll(process.input)], code: 0 };
  const texts: string[] = [];
  let code = 0;
  for (const operand of operands) {
    if (operand === '-') texts.push(yield* readAll(process.input));
    else {
      const read = readFile(process, operand);
      if (typeof read === 'string') texts.push(read);
      else code = yield* complain(process, `${process.argv[0] === 'cat' ? `can't open '${operand}'` : operand}: ${read.message}`);
    }
  }
  return { texts, code };
}

/** The content of a file, or why there is none. */
export function readFile(process: Process, path: string): string | FileError {
  try {
    return process.files.read(pathIn(process, path));
  } catch (error) {
    if (error instanceof FileError) return error;
    throw error;
  }
}

/** The lines of a text without their newlines; a last line without one counts. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Asks the network, and waits for its answer. */
export function* asked<T>(
  { kernel, around }: Pick<Process, 'kernel' | 'around'>,
  ask: (network: Network) => Promise<T>,
): Generator<Wait, T, void> {
  yield* kernel.reached();
  const work = ask(around.network);
  const signal = new Signal();
  let outcome: { value: T } | { error: unknown } | undefined;
  work.then(
    (value) => {
      outcome = { value };
      signal.wake();
    },
    (error: unknown) => {
      outcome = { error };
      signal.wake();
    },
  );
  kernel.pending.add(work);
  try {
    while (outcome === undefined) yield { on: signal };
  } finally {
    kernel.pending.delete(work);
  }
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}
