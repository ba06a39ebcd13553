import { commandsOf, isUninterpreted, shellsOf } from '../commands/image-commands.js';
import { bytesOf } from '../files/nodes.js';
import type { Executable } from '../images/image.js';
import type { ProgramView, ServedPort } from '../images/program.js';
import { knownPrograms, withoutWrappers } from '../images/run.js';
import { withPodUser } from '../pod/linux-user.js';
import { rightsOf } from '../pod/rights.js';
import { runCommand, Shell, type ShellHost } from '../shell/interpreter.js';
import type { Body, Kernel } from '../shell/kernel.js';
import { lookUp } from '../shell/look-up.js';
import { parseScript } from '../shell/parser.js';
import type { Process, Surroundings } from '../shell/process.js';
import { ShellState, type Streams } from '../shell/state.js';
import { writeTo } from '../shell/streams.js';
import { ShellSyntaxError } from '../shell/word-reader.js';
import type { Container } from './container.js';
import { linesOfProgram } from './program-logs.js';

/** What runs in a container: shells and their commands are interpreted, other programs print their lines and serve. */

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export interface HostOptions {
  onRead?: ShellHost['onRead'];
  /** Called when a program of the image begins to listen. */
  onListen?(ports: readonly ServedPort[]): void;
  /** Called for a command that is not interpreted. */
  onUnknown?(): void;
}

/** The shell environment of one container. */
export function shellHost(
  container: Pick<Container, 'image' | 'spec' | 'files' | 'env' | 'pod'>,
  kernel: Kernel,
  around: Surroundings,
  { onRead, onListen, onUnknown }: HostOptions = {},
): ShellHost {
  const commands = commandsOf(container.image, container.spec.image);
  const shells = shellsOf(container.image, container.spec.image);
  const host: ShellHost = {
    kernel,
    files: container.files,
    around,
    isSmall: shells.includes('ash'),
    ...(onRead ? { onRead } : {}),
    ...(onUnknown ? { onUnknown } : {}),
    command(name) {
      const own = knownPrograms(container.image, name, []);
      const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
      // A command of an image without a shell stands for the program of its name.
      if (command && !container.image.shell) return command;
      if (own) return (process) => knownProgram(container, own, { process, kernel, onListen });
      if (command)
        return (process) => {
          const server = knownPrograms(container.image, name, process.argv.slice(1));
          return server ? knownProgram(container, server, { process, kernel, onListen }) : command(process);
        };
      if (shells.includes(name)) return (process) => shellProgram(host, process);
      return onUnknown && isUninterpreted(container.image, name, container.spec.image) ? () => unknownProgram(onUnknown) : undefined;
    },
  };
  return host;
}

/** A command that exists in the image and is not interpreted: it goes on, because neither success nor failure may be claimed. */
function* unknownProgram(onUnknown: () => void): Body {
  onUnknown();
  for (;;) yield { until: Number.MAX_SAFE_INTEGER };
}

/** `sh`, `sh -c SCRIPT NAME ARGS…`, `sh FILE ARGS…`, and a shell that reads its input. */
function* shellProgram(
  host: ShellHost,
  call: { argv: readonly string[]; env: ReadonlyMap<string, string>; cwd: string } & ShellStreams,
  isMain = false,
): Body {
  const state = new ShellState();
  state.cwd = call.cwd;
  for (const [name, value] of call.env) state.set(name, value, true);
  state.set('PWD', call.cwd);
  state.name = call.argv[0] ?? 'sh';
  state.braces = /^(bash|zsh)$/.test(baseName(state.name));
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
  const task = host.kernel.current;
  state.pid = task?.pid ?? 1;
  // A shell that another shell has started in the same task leaves the signals to it.
  if (task && !task.onSignal) shell.signals.take(host.kernel, shell.state);
  if (script !== undefined) {
    // The syntax of bash that is not known may do anything.
    if (state.braces && isMain && host.onUnknown && !isKnownSyntax(script)) return yield* unknownProgram(host.onUnknown);
    state.name = words.shift() ?? state.name;
    state.positional = words;
    return yield* shell.script(script, io);
  }
  const [file, ...rest] = words;
  if (file === undefined) return yield* scriptFromInput(shell, io);
  state.positional = rest;
  return yield* runFile(shell, file, io);
}

function isKnownSyntax(script: string): boolean {
  try {
    parseScript(script);
    return true;
  } catch (error) {
    if (error instanceof ShellSyntaxError) return error.unfinished;
    throw error;
  }
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

interface KnownRun {
  process: Process;
  kernel: Kernel;
  onListen: HostOptions['onListen'];
}

/** A program of the image that is known by what it does only. */
function* knownProgram(
  container: Pick<Container, 'env' | 'image' | 'pod' | 'spec'>,
  executable: Executable,
  { process, kernel, onListen }: KnownRun,
): Body {
  const { argv } = process;
  const variables = new Map([...container.env]);
  const rights = rightsOf(withPodUser(container.pod, container.spec), container.image);
  const program = executable({ args: argv.slice(1), has: (variable) => variables.has(variable), variables, rights });
  const startedAt = kernel.now;
  const view: ProgramView = {
    args: argv.slice(1),
    env: variables,
    hostname: '',
    podIP: container.pod.status?.podIP ?? '',
    ...(container.pod.spec.nodeName !== undefined && { node: container.pod.spec.nodeName }),
    ...(container.pod.status?.hostIP !== undefined && { hostIP: container.pod.status.hostIP }),
    now: startedAt,
    startedAt,
    ...(program.does === 'exit' ? { failure: program.failure } : {}),
    read: () => undefined,
  };
  if (program.does !== 'not-start' && program.ports.length > 0) onListen?.(program.ports);
  for (const { after, stream, text } of linesOfProgram(baseName(argv[0] ?? ''), view)) {
    while (kernel.now < startedAt + after) yield { until: startedAt + after };
    yield* writeTo(stream === 'stdout' ? process.output : process.errors, bytesOf(`${text}\n`));
  }
  if (program.does === 'not-start') return 127;
  if (program.does === 'exit') {
    while (kernel.now < startedAt + program.after) yield { until: startedAt + program.after };
    return program.code;
  }
  for (;;) yield { until: Number.MAX_SAFE_INTEGER };
}

/** A process that says why, and ends. */
export function* crashingProcess(words: string, { errors }: Streams): Body {
  if (words !== '') yield* writeTo(errors, bytesOf(`${words}\n`));
  return 1;
}

/** Process 1 of a container. Its arguments are byte strings. */
export function* mainProcess(
  container: Pick<Container, 'argv' | 'env' | 'workingDir' | 'spec' | 'image'>,
  host: ShellHost,
  io: Streams,
): Body {
  const words = withoutWrappers(container.argv).map(bytesOf);
  const [name = ''] = words;
  const env = new Map([...container.env].map(([key, value]) => [bytesOf(key), bytesOf(value)]));
  const call = { argv: words, io, env, cwd: container.workingDir };
  if (shellsOf(container.image, container.spec.image).includes(baseName(name)) && !knownPrograms(container.image, baseName(name), []))
    return yield* shellProgram(host, { ...call, ...io }, true);
  const found = lookUp(host, name, container.workingDir);
  if ('error' in found) return found.code;
  if ('command' in found) return yield* runCommand(host, found.command, call);
  const state = new ShellState();
  const shell = new Shell(host, state);
  state.cwd = container.workingDir;
  state.name = name;
  state.positional = words.slice(1);
  for (const [key, value] of env) state.set(key, value, true);
  shell.streams = io;
  shell.signals.take(host.kernel, shell.state);
  return yield* shell.script(found.script, io);
}
