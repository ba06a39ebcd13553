import { listens, netcat, servers } from './commands.js';
import type { Call, Executable, ImageDefinition, Rights } from './image.js';
import { LONGEST_ARGUMENT, LONGEST_ARGUMENTS } from './limits.js';
import { exit, type Program } from './program.js';

/** The part of a container's spec that determines what runs. */
export interface Invocation {
  command?: readonly string[];
  args?: readonly string[];
  has(name: string): boolean;
  variables?: ReadonlyMap<string, string>;
  rights?: Rights | undefined;
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Programs that only execute another one. */
const WRAPPERS = new Set(['docker-entrypoint.sh', 'entrypoint.sh', 'tini', 'dumb-init', 'exec', 'nohup', 'command', '--']);

const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The runtime's message for a path that cannot be executed. */
export function cannotStart(path: string): Program {
  const missing = path.includes('/') ? `stat ${path}: no such file or directory` : 'executable file not found in $PATH';
  const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${path}": ${missing}`;
  return { does: 'not-start', message };
}

/** An image without a program, and a container that names none (containerd, oci/spec_opts.go). */
const NO_COMMAND: Program = { does: 'not-start', message: 'failed to generate spec: no command specified', uncreated: true };

/** The exit code of runc's init when execve fails. */
const EXEC_FAILED = 255;

/** Whether execve refuses the arguments with "argument list too long". */
function isTooLong(argv: readonly string[]): boolean {
  let total = 0;
  for (const argument of argv) {
    const length = Buffer.byteLength(argument) + 1;
    total += length + 8;
    if (length > LONGEST_ARGUMENT || total > LONGEST_ARGUMENTS) return true;
  }
  return false;
}

/** A command line without the programs that only execute another one. */
export function withoutWrappers(argv: readonly string[]): readonly string[] {
  const start = argv.findIndex((word) => !WRAPPERS.has(basename(word)));
  return start < 0 ? [] : argv.slice(start);
}

/** An executable that is known by what it does, not interpreted: the image's own, and servers of images with a shell. */
export function knownPrograms(image: ImageDefinition, name: string, args: readonly string[]): Executable | undefined {
  if (image.executables && Object.hasOwn(image.executables, name)) return image.executables[name];
  if (name === 'nc' || name === 'netcat') return image.shell && listens(args) ? netcat : undefined;
  return image.shell && Object.hasOwn(servers, name) ? servers[name] : undefined;
}

/** A shell, or a command that is interpreted. */
export interface Interpreted {
  does: 'interpret';
}

function run(image: ImageDefinition, argv: readonly string[], invocation: Invocation): Program | Interpreted {
  const words = withoutWrappers(argv);
  if (words.length === 0) return exit(0);
  const [path = '', ...args] = words;
  const known = knownPrograms(image, basename(path), args);
  const call: Call = { args, has: invocation.has, variables: invocation.variables ?? NONE, rights: invocation.rights };
  if (known) return known(call);
  return image.shell ? { does: 'interpret' } : cannotStart(path);
}

/** What runs in a container of an image: `command` replaces the entrypoint and its default arguments, `args` only the latter. */
export function programOf(image: ImageDefinition, invocation: Invocation): Program | Interpreted {
  const { command = [], args = [] } = invocation;
  const entrypoint = command.length > 0 ? command : (image.entrypoint ?? []);
  const rest = args.length > 0 ? args : command.length > 0 ? [] : (image.cmd ?? []);
  const argv = [...entrypoint, ...rest];
  if (argv.length === 0) return NO_COMMAND;
  return isTooLong(argv) ? exit(EXEC_FAILED) : run(image, argv, invocation);
}
