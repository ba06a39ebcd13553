import { commandsOf, shellsOf } from '../commands/image-commands.js';
import { bytesOf } from '../files/file-system.js';
import type { Program, ProgramView } from '../images/program.js';
import { runCommand, Shell, type ShellHost } from '../shell/interpreter.js';
import type { Body, Kernel } from '../shell/kernel.js';
import type { Surroundings } from '../shell/process.js';
import { ShellState, type Streams } from '../shell/state.js';
import { writeTo } from '../shell/streams.js';
import type { Container } from './container.js';
import { linesOfProgram } from './program-logs.js';

/** What runs in a container: shells and their commands are interpreted, other programs print their lines and serve. */

export const SHELLS = new Set(['sh', 'bash', 'ash', 'dash', 'zsh']);
/** Programs that only execute another one. */
const WRAPPERS = new Set(['docker-entrypoint.sh', 'entrypoint.sh', 'tini', 'dumb-init', 'nohup', '--']);

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The shell environment of one container. */
export function shellHost(container: Container, kernel: Kernel, around: Surroundings): ShellHost {
  const commands = commandsOf(container.image);
  const shells = shellsOf(container.image, container.spec.image);
  const host: ShellHost = {
    kernel,
    files: container.files,
    around,
    command(name) {
      if (Object.hasOwn(commands, name)) return commands[name];
      if (shells.includes(name)) return (process) => shellProgram(host, process);
      if (!Object.hasOwn(container.image.executables ?? {}, name)) return undefined;
      return function* (process) {
        return yield* knownProgram(
          container,
          process.argv,
          { input: process.input, output: process.output, errors: process.errors },
          kernel,
        );
      };
    },
  };
  return host;
}

/** `sh`, `sh -c SCRIPT NAME ARGS…`, `sh FILE ARGS…`, and a shell that reads its input. */
function* shellProgram(
  host: ShellHost,
  call: { argv: readonly string[]; env: ReadonlyMap<string, string>; cwd: string } & ShellStreams,
): Body {
  const state = new ShellState();
  state.cwd = call.cwd;
  for (const [name, value] of call.env) state.set(name, value, true);
  state.set('PWD', call.cwd);
  state.name = call.argv[0] ?? 'sh';
  const words = call.argv.slice(1);
  let script: string | undefined;
  while (words[0]?.startsWith('-') && words[0] !== '-') {
    const [option = ''] = words.splice(0, 1);
    if (option.includes('e')) state.options.errexit = true;
    if (option.includes('x')) state.options.xtrace = true;
    if (option.includes('u')) state.options.nounset = true;
    if (option.includes('c')) script = words.shift() ?? '';
  }
  const io = { input: call.input, output: call.output, errors: call.errors };
  const shell = new Shell(host, state);
  shell.streams = io;
  if (script !== undefined) {
    state.name = words.shift() ?? state.name;
    state.positional = words;
    return yield* shell.script(script, io);
  }
  const [file, ...rest] = words;
  if (file === undefined) return yield* scriptFromInput(shell, io);
  state.positional = rest;
  return yield* runFile(shell, file, io);
}

interface ShellStreams {
  input: Streams['input'];
  output: Streams['output'];
  errors: Streams['errors'];
}

function* runFile(shell: Shell, file: string, io: Streams): Body {
  const node = shell.host.files.stat(file.startsWith('/') ? file : `${shell.state.cwd}/${file}`);
  if (node?.kind !== 'file') {
    yield* writeTo(io.errors, `${shell.state.name}: can't open '${file}': No such file or directory\n`);
    return 2;
  }
  return yield* shell.script(node.content, io);
}

function* scriptFromInput(shell: Shell, io: Streams): Body {
  let text = '';
  for (;;) {
    const data = io.input.take();
    if (data === undefined) break;
    if (data === '') yield io.input.changed ? { on: io.input.changed } : undefined;
    else if (text.length < 1024 * 1024) text += data;
  }
  return yield* shell.script(text, io);
}

/** A program of the image that is known by what it does only. */
function* knownProgram(container: Container, argv: readonly string[], io: Streams, kernel: Kernel): Body {
  const name = baseName(argv[0] ?? '');
  const variables = new Map([...container.env]);
  const program: Program | undefined = container.image.executables?.[name]?.({
    args: argv.slice(1),
    has: (variable) => variables.has(variable),
    variables,
  });
  const startedAt = kernel.now;
  const view: ProgramView = {
    args: argv.slice(1),
    env: variables,
    hostname: '',
    podIP: container.pod.status?.podIP ?? '',
    now: startedAt,
    startedAt,
    read: () => undefined,
  };
  for (const { after, stream, text } of linesOfProgram(name, view)) {
    while (kernel.now < startedAt + after) yield { until: startedAt + after };
    yield* writeTo(stream === 'stdout' ? io.output : io.errors, bytesOf(`${text}\n`));
  }
  if (program === undefined || program.does === 'not-start') return 127;
  if (program.does === 'exit') {
    while (kernel.now < startedAt + program.after) yield { until: startedAt + program.after };
    return program.code;
  }
  for (;;) yield { until: Number.MAX_SAFE_INTEGER };
}

/** Process 1 of a container. Its arguments are byte strings. */
export function* mainProcess(container: Container, host: ShellHost, io: Streams): Body {
  const argv = container.argv.map(bytesOf);
  const start = argv.findIndex((word) => !WRAPPERS.has(baseName(word)));
  const words = start < 0 ? [] : argv.slice(start);
  const [name = ''] = words;
  const command = host.command(baseName(name));
  if (command === undefined) return 127;
  const env = new Map([...container.env].map(([key, value]) => [bytesOf(key), bytesOf(value)]));
  // The parameter of a shell that is process 1 is its name as given.
  return yield* runCommand(host, command, { argv: words, io, env, cwd: container.workingDir });
}
