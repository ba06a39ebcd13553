import { shellsOf } from '../commands/image-commands.js';
import { bytesOf } from '../files/nodes.js';
import { runCommand, Shell } from '../shell/interpreter.js';
import { type Body, Kernel, type Pace, type Task } from '../shell/kernel.js';
import { lookUp } from '../shell/look-up.js';
import { parseScript } from '../shell/parser.js';
import { pathIn, type Surroundings } from '../shell/process.js';
import { ShellExit, ShellState, type Streams } from '../shell/state.js';
import { EMPTY_INPUT, type Output } from '../shell/streams.js';
import { ShellSyntaxError } from '../shell/word-reader.js';
import type { Container } from './container.js';
import { WATCH_CLOCK_EVERY } from './limits.js';
import { baseName, shellHost } from './main-process.js';
import { Gate, InputBuffer } from './process-streams.js';
import { Terminal } from './terminal.js';

/** Commands that are run in a container beside its process 1. */

/** Where a process's output goes. False: the reader is slow, and `drained` of the process will be called. */
export interface ProcessSinks {
  stdout(bytes: Buffer): boolean;
  stderr(bytes: Buffer): boolean;
}

/** A running process in a container. */
export interface ContainerProcess {
  /** Bytes for its standard input. False: enough for now; `onInputDrained` is called later. */
  write(bytes: Buffer): boolean;
  endInput(): void;
  resize(columns: number, rows: number): void;
  /** The reader can take more output. */
  drained(): void;
  /** The client has gone. */
  kill(): void;
  /** Its exit code. */
  readonly exit: Promise<number>;
}

export interface ExecOptions {
  command: readonly string[];
  tty: boolean;
  stdin: boolean;
  sinks: ProcessSinks;
  /** Called when input can be taken again. */
  onInputDrained?(): void;
}

export interface ProcessHost {
  clock: { now(): number };
  /** A timer of the machine; returns a function that cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
  pace: Pace;
  around: Surroundings;
  /** How many processes it may be, with those that it starts; unset: any number. */
  room?: number;
}

/** The command does not exist: the runtime's message. */
export class CannotStart extends Error {}

/** The prompt of an interactive shell, as the image's own has it. */
function promptOf(shell: string, container: Container, state: ShellState, around: Surroundings): string {
  const sign = around.uid === 0 ? '#' : '$';
  if (shell === 'bash') return `${around.uid === 0 ? 'root' : 'I have no name!'}@${around.hostname}:${state.cwd}${sign} `;
  const isSmall = container.image.repositories.some((name) => /busybox|alpine|curl/.test(name));
  return isSmall ? `${state.cwd} ${sign} ` : `${sign} `;
}

class RunningProcess implements ContainerProcess {
  readonly exit: Promise<number>;
  private readonly kernel: Kernel;
  private readonly task: Task | undefined;
  private readonly gates: { out: Gate; err: Gate };
  private readonly input: InputBuffer | undefined;
  private readonly terminal: Terminal | undefined;
  private wakeUp: (() => void) | undefined;
  /** Something has happened since the kernel was run. */
  private poked = false;
  private foreground: Task | undefined;

  constructor(
    private readonly container: Container,
    private readonly options: ExecOptions,
    private readonly host: ProcessHost,
  ) {
    const { sinks, tty, stdin } = options;
    // Pids of commands start above those of the container's own processes.
    this.kernel = new Kernel(host.clock.now(), 41);
    this.kernel.most = host.room ?? this.kernel.most;
    this.gates = { out: new Gate(sinks.stdout), err: new Gate(sinks.stderr) };
    if (tty) {
      const show = (text: string) => void this.gates.out.put(text);
      this.terminal = new Terminal({ show, interrupt: () => this.interrupt() });
      if (!stdin) this.terminal.end();
    } else this.input = stdin ? new InputBuffer(() => options.onInputDrained?.()) : undefined;
    const io = this.streams();
    this.task = this.kernel.spawn(baseName(options.command[0] ?? ''), this.body(io));
    this.foreground = this.task;
    this.exit = this.drive();
  }

  private streams(): Streams {
    const { terminal, gates, input } = this;
    if (!terminal) return { input: input ?? EMPTY_INPUT, output: gates.out, errors: gates.err };
    const output: Output = terminal.output((text) => gates.out.put(text), gates.out.changed);
    return { input: terminal, output, errors: output };
  }

  private body(io: Streams): Body {
    const { container, host, kernel, options } = this;
    const shell = shellHost(container, kernel, host.around);
    const argv = options.command.map(bytesOf);
    const [name = ''] = argv;
    const found = lookUp(shell, name, container.workingDir);
    if ('error' in found) throw new CannotStart(startError(container, name, found.code));
    const env = new Map([...container.env].map(([key, value]) => [bytesOf(key), bytesOf(value)]));
    if (options.tty) env.set('TERM', 'xterm');
    const isInteractive =
      options.tty &&
      shellsOf(container.image, container.spec.image).includes(baseName(name)) &&
      argv.slice(1).every((word) => /^-[il]+$|^--login$/.test(word));
    if (isInteractive) {
      const state = new ShellState();
      for (const [key, value] of env) state.set(key, value, true);
      state.cwd = container.workingDir;
      state.set('PWD', state.cwd);
      state.name = name;
      return this.interactive(new Shell(shell, state), baseName(name), io);
    }
    if ('script' in found) {
      const state = new ShellState();
      for (const [key, value] of env) state.set(key, value, true);
      state.cwd = container.workingDir;
      state.name = name;
      state.positional = argv.slice(1);
      return new Shell(shell, state).script(found.script, io);
    }
    return runCommand(shell, found.command, { argv, io, env, cwd: container.workingDir });
  }

  /** Reads and runs lines until `exit` or control-D. */
  private *interactive(shell: Shell, name: string, io: Streams): Body {
    const { terminal, kernel } = this;
    if (!terminal) return 1;
    shell.streams = io;
    let text = '';
    for (;;) {
      const prompt = text === '' ? promptOf(name, this.container, shell.state, this.host.around) : '> ';
      this.gates.out.put(prompt);
      terminal.prompt = prompt;
      let line: string | undefined;
      for (line = terminal.takeLine(); line === ''; line = terminal.takeLine()) yield { on: terminal.changed };
      terminal.prompt = undefined;
      if (line === undefined) {
        if (text === '') {
          if (name === 'bash') this.gates.out.put('exit\r\n');
          return shell.state.lastCode;
        }
        text = '';
        continue;
      }
      text += line;
      const list = this.parsed(text, shell, io);
      if (list === 'more') continue;
      text = '';
      if (list === undefined) continue;
      const task: Task | undefined = kernel.attend(name, captured(shell.line(list, io)));
      if (!task) continue;
      this.foreground = task;
      while (task.code === undefined) yield { on: task.exited };
      this.foreground = this.task;
      if (task.code < 0) return -1 - task.code;
      shell.state.lastCode = task.code;
    }
  }

  private parsed(text: string, shell: Shell, io: Streams): ReturnType<typeof parseScript> | 'more' | undefined {
    try {
      return parseScript(text);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      if (error.unfinished && text.length < 65_536) return 'more';
      io.errors.put(`${shell.state.name}: ${error.message}\n`);
      shell.state.lastCode = 2;
      return undefined;
    }
  }

  private interrupt(): void {
    const { foreground, task, terminal } = this;
    if (foreground && foreground !== task) foreground.kill(130);
    else if (terminal?.prompt !== undefined) this.gates.out.put(terminal.prompt);
    else task?.kill(130);
    this.poke();
  }

  write(bytes: Buffer): boolean {
    const text = bytes.toString('latin1');
    let more = true;
    if (this.terminal) this.terminal.type(text);
    else more = this.input?.push(text) ?? true;
    this.poke();
    return more;
  }

  endInput(): void {
    this.terminal?.end();
    this.input?.end();
    this.poke();
  }

  resize(columns: number, rows: number): void {
    if (!this.terminal) return;
    this.terminal.columns = columns;
    this.terminal.rows = rows;
  }

  drained(): void {
    this.gates.out.drained();
    this.gates.err.drained();
    this.poke();
  }

  kill(): void {
    for (const task of this.kernel.tasks.values()) task.kill(137);
    this.poke();
  }

  private poke(): void {
    this.poked = true;
    const { wakeUp } = this;
    this.wakeUp = undefined;
    wakeUp?.();
  }

  /** Runs the kernel whenever something has happened or is due. */
  private async drive(): Promise<number> {
    const { kernel, host, task } = this;
    if (!task) return 1;
    // The caller gets the process before its first output.
    await Promise.resolve();
    for (;;) {
      this.poked = false;
      await kernel.run(host.clock.now(), { pace: host.pace });
      if (task.code !== undefined) break;
      if (!this.poked) await this.rest();
    }
    // What it left in the background ends with the session.
    for (const left of kernel.tasks.values()) left.kill(137);
    return task.code;
  }

  private rest(): Promise<void> {
    const { kernel, host } = this;
    const { nextAt } = kernel;
    return new Promise((resolve) => {
      // The cluster's clock may be turned, or run at another speed, so it is looked at from time to time.
      const wait = nextAt === undefined ? undefined : Math.min(WATCH_CLOCK_EVERY, Math.max(1, nextAt - host.clock.now()));
      const cancel = wait === undefined ? undefined : host.after(wait, () => this.poke());
      this.wakeUp = () => {
        cancel?.();
        resolve();
      };
    });
  }
}

/** `exit` of an interactive shell ends the task of its line with a negative code: -1 - code. */
function* captured(body: Body): Body {
  try {
    return yield* body;
  } catch (error) {
    if (error instanceof ShellExit) return -1 - error.code;
    throw error;
  }
}

/** The runtime's message for a command that cannot be executed. */
export function startError({ files, workingDir }: Container, name: string, code: number): string {
  const isDirectory = name.includes('/') && files.stat(pathIn({ cwd: workingDir }, name))?.kind === 'dir';
  const missing = name.includes('/') ? `stat ${name}: no such file or directory` : 'executable file not found in $PATH';
  const reason = isDirectory ? 'is a directory' : code === 126 ? 'permission denied' : missing;
  return `OCI runtime exec failed: exec failed: unable to start container process: exec: "${name}": ${reason}`;
}

/** Starts a command in a running container. Throws CannotStart. */
export function startProcess(container: Container, options: ExecOptions, host: ProcessHost): ContainerProcess {
  return new RunningProcess(container, options, host);
}
