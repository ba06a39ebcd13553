import { bytesOf } from '../files/file-system.js';
import type { CommandResult } from '../pod/world.js';
import type { Container } from '../runtime/container.js';
import { startError } from '../runtime/exec.js';
import { runCommand, Shell, type ShellHost } from '../shell/interpreter.js';
import type { Body, Kernel, Task } from '../shell/kernel.js';
import { lookUp } from '../shell/look-up.js';
import { ShellState, type Streams } from '../shell/state.js';
import { EMPTY_INPUT } from '../shell/streams.js';
import { NEVER, PROBE_OUTPUT } from './limits.js';

/** A container's processes, in which commands are run: with a pod or without one. */
export interface Runner {
  readonly kernel: Kernel;
  readonly host: ShellHost;
  readonly container: Container;
}

export interface GivenCommand {
  readonly argv: readonly string[];
  readonly timeoutSeconds: number;
}

function body({ host, container }: Runner, argv: readonly string[], io: Streams): Body | string {
  const words = argv.map(bytesOf);
  const [name = ''] = words;
  const found = lookUp(host, name, container.workingDir);
  if ('error' in found) return startError(container, name, found.code);
  const env = new Map([...container.env].map(([key, value]) => [bytesOf(key), bytesOf(value)]));
  if ('command' in found) return runCommand(host, found.command, { argv: words, io, env, cwd: container.workingDir });
  const state = new ShellState();
  for (const [key, value] of env) state.set(key, value, true);
  state.cwd = container.workingDir;
  state.name = name;
  state.positional = words.slice(1);
  return new Shell(host, state).script(found.script, io);
}

/** A command that was started in a container: whoever takes the kernel's steps asks for its result after each of them. */
export class CommandRun {
  private text = '';
  private readonly task: Task | undefined;
  private readonly failure: string | undefined;
  private readonly until: number;

  constructor(
    private readonly runner: Runner,
    private readonly command: GivenCommand,
  ) {
    const { kernel } = runner;
    this.until = kernel.now + command.timeoutSeconds * 1000;
    const output = {
      put: (data: string) => {
        if (this.text.length < PROBE_OUTPUT) this.text += data.slice(0, PROBE_OUTPUT - this.text.length);
        return true;
      },
    };
    const made = body(runner, command.argv, { input: EMPTY_INPUT, output, errors: output });
    if (typeof made === 'string') this.failure = made;
    else this.task = kernel.spawn(command.argv[0] ?? '', made);
  }

  /** When it is given up. */
  get deadline(): number {
    return this.until;
  }

  /** The result; undefined while it runs. `over`: no step is left before its deadline. */
  result(over: boolean): CommandResult | undefined {
    const { task, failure, runner, command } = this;
    if (failure !== undefined) return { ok: false, output: failure };
    if (task?.code === undefined && !over) return undefined;
    const output = Buffer.from(this.text, 'latin1').toString('utf8');
    if (task?.code === undefined) {
      task?.kill(137);
      return {
        ok: false,
        output: `command timed out: ${JSON.stringify(command.argv.join(' '))} timed out after ${command.timeoutSeconds}s`,
      };
    }
    return { ok: task.code === 0, output, quiet: (runner.kernel.nextAt ?? NEVER) >= NEVER };
  }
}
