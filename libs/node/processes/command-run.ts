import { hash } from 'node:crypto';
import type { CommandResult } from '../pod/world.js';
import { commandBody } from '../runtime/command-body.js';
import type { Container } from '../runtime/container.js';
import type { ShellHost } from '../shell/interpreter.js';
import type { Kernel, Task } from '../shell/kernel.js';
import { EMPTY_INPUT } from '../shell/streams.js';
import { NEVER, PROBE_OUTPUT } from './limits.js';

/** A container's processes, in which commands are run: with a pod or without one. */
export interface Runner {
  readonly kernel: Kernel;
  readonly host: ShellHost;
  readonly container: Container;
}

/** The exit code of a command that the runtime cannot start. */
const NOT_STARTED = 126;

export interface GivenCommand {
  readonly argv: readonly string[];
  readonly timeoutSeconds: number;
  /** It is a hook of the container itself, not a probe. */
  readonly hook?: boolean;
}

/** A command that was started in a container: whoever takes the kernel's steps asks for its result after each of them. */
export class CommandRun {
  private text = '';
  private readonly task: Task | undefined;
  private readonly failure: string | undefined;
  private readonly until: number;
  private readonly since: number;

  constructor(
    private readonly runner: Runner,
    private readonly command: GivenCommand,
  ) {
    const { kernel } = runner;
    this.since = kernel.now;
    this.until = kernel.now + command.timeoutSeconds * 1000;
    const output = {
      put: (data: string) => {
        if (this.text.length < PROBE_OUTPUT) this.text += data.slice(0, PROBE_OUTPUT - this.text.length);
        return true;
      },
    };
    const made = commandBody(runner, command.argv, { input: EMPTY_INPUT, output, errors: output });
    if (typeof made === 'string') this.failure = made;
    else this.task = kernel.spawn(command.argv[0] ?? '', made);
  }

  /** The id by which the runtime knows it: 64 hexadecimal digits that are the same for the same command at the same time. */
  private get id(): string {
    return hash('sha256', JSON.stringify([this.runner.container.status?.containerID, this.command.argv, this.since]));
  }

  /** When it is given up. */
  get deadline(): number {
    return this.until;
  }

  /** The result; undefined while it runs. `over`: no step is left before its deadline. */
  result(over: boolean): CommandResult | undefined {
    const { task, failure, runner, command } = this;
    if (failure !== undefined) {
      const error = `rpc error: code = Unknown desc = failed to exec in container: failed to start exec ${JSON.stringify(this.id)}: ${failure}`;
      return { ok: false, output: '', error, code: NOT_STARTED, took: 0 };
    }
    if (task?.code === undefined && !over) return undefined;
    const output = Buffer.from(this.text, 'latin1').toString('utf8');
    if (task?.code === undefined) {
      task?.kill(137);
      return {
        ok: false,
        code: 137,
        took: this.until - this.since,
        output: `command timed out: ${JSON.stringify(command.argv.join(' '))} timed out after ${command.timeoutSeconds}s`,
      };
    }
    return {
      ok: task.code === 0,
      output,
      code: task.code,
      took: Math.max(0, task.at - this.since),
      quiet: (runner.kernel.nextAt ?? NEVER) >= NEVER,
    };
  }
}
