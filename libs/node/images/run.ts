import { commands } from './commands.js';
import type { Call, Executable, ImageDefinition } from './image.js';
import { LONGEST_ARGUMENT, LONGEST_ARGUMENTS } from './limits.js';
import { exit, type Program, serve } from './program.js';
import { runScript } from './shell.js';

/** The part of a container's spec that determines what runs. */
export interface Invocation {
  command?: readonly string[];
  args?: readonly string[];
  /** Whether standard input is kept open: then a shell without a script waits. */
  interactive: boolean;
  has(name: string): boolean;
  variables?: ReadonlyMap<string, string>;
}

const NONE: ReadonlyMap<string, string> = new Map();

const SHELLS = new Set(['sh', 'bash', 'ash', 'dash', 'zsh']);
/** Programs that only execute another one. */
const WRAPPERS = new Set(['docker-entrypoint.sh', 'entrypoint.sh', 'tini', 'dumb-init', 'exec', 'nohup', 'command', '--']);

const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function notFound(path: string): Program {
  const missing = path.includes('/') ? `stat ${path}: no such file or directory` : 'executable file not found in $PATH';
  const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${path}": ${missing}`;
  return { does: 'not-start', message };
}

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

function shell(image: ImageDefinition, args: readonly string[], invocation: Invocation): Program {
  const script = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  if (script >= 0) return runScript(args[script + 1] ?? '', (argv) => run(image, argv, invocation));
  // A shell without a script reads standard input: it waits if that is open, and ends if it is closed.
  return args.length === 0 || args.every((arg) => arg.startsWith('-'))
    ? invocation.interactive
      ? serve([], { stopCode: 137 })
      : exit(0)
    : exit(0);
}

/** Commands that read standard input, and how many operands they have that are no files. */
const READERS: Readonly<Record<string, number>> = {
  base64: 0,
  cat: 0,
  cut: 0,
  grep: 1,
  head: 0,
  sed: 1,
  sort: 0,
  tail: 0,
  tee: 1_000,
  tr: 2,
  uniq: 0,
  wc: 0,
  xargs: 1_000,
};

/** Whether a command waits for standard input while that is open. */
function readsInput(name: string, args: readonly string[]): boolean {
  if (name === 'read') return true;
  if (!Object.hasOwn(READERS, name)) return false;
  const operands = args.filter((arg, at) => !arg.startsWith('-') && !/^-[cdfknt]$/.test(args[at - 1] ?? ''));
  return operands.length <= (READERS[name] ?? 0);
}

function run(image: ImageDefinition, argv: readonly string[], invocation: Invocation): Program {
  const start = argv.findIndex((word) => !WRAPPERS.has(basename(word)));
  if (start < 0) return exit(0);
  const [path = '', ...args] = argv.slice(start);
  const name = basename(path);
  const own: Executable | undefined = image.executables?.[name];
  const call: Call = { args, has: invocation.has, variables: invocation.variables ?? NONE };
  if (own) return own(call);
  if (!image.shell) return notFound(path);
  if (SHELLS.has(name)) return shell(image, args, invocation);
  if (invocation.interactive && readsInput(name, args)) return serve([], { stopCode: 137 });
  const common = commands[name];
  return common ? common(call) : notFound(path);
}

/** What runs in a container of an image: `command` replaces the entrypoint and its default arguments, `args` only the latter. */
export function programOf(image: ImageDefinition, invocation: Invocation): Program {
  const { command = [], args = [] } = invocation;
  const entrypoint = command.length > 0 ? command : (image.entrypoint ?? []);
  const rest = args.length > 0 ? args : command.length > 0 ? [] : (image.cmd ?? []);
  const argv = [...entrypoint, ...rest];
  if (argv.length === 0) return notFound('');
  return isTooLong(argv) ? exit(EXEC_FAILED) : run(image, argv, invocation);
}
