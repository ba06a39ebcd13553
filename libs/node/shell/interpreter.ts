import type { FileSystem } from '../files/file-system.js';
import type { List, Node, Simple } from './ast.js';
import { BUILTINS } from './builtins.js';
import { compound } from './compound.js';
import { Expander } from './expand.js';
import { failed } from './failures.js';
import { forked, isOwn, onlyCommand, spawned } from './forks.js';
import { noteJob } from './jobs.js';
import { type Body, type Kernel, type Task, type Wait } from './kernel.js';
import { DEEPEST_CALLS, LONGEST_VALUE, MOST_FUNCTIONS } from './limits.js';
import { lookUp } from './look-up.js';
import type { Loops } from './loops.js';
import { parseScript } from './parser.js';
import { andOr, pipeline } from './pipelines.js';
import { type Command, type Surroundings } from './process.js';
import { redirected } from './redirections.js';
import { type Invocation, invoke } from './run-command.js';
import { ShellSignals } from './signals.js';
import { Jump, ShellError, ShellExit, ShellState, type Streams } from './state.js';
import { Collector, EMPTY_INPUT, NULL_OUTPUT, writeTo } from './streams.js';

/** What all shells of one container share. */
export interface ShellHost {
  readonly kernel: Kernel;
  readonly files: FileSystem;
  readonly around: Surroundings;
  /** Whether `sh` is busybox', not dash. */
  readonly isSmall?: boolean;
  /** The commands that can be run, by name. */
  command(name: string): Command | undefined;
  /** Called when a script reads a variable that is not set by itself. */
  onRead?(name: string, isSet: boolean): void;
  /** Called when a process does what is not interpreted. */
  onUnknown?(): void;
}

/** Runs scripts as coroutines: each simple command is at least one step. */
export class Shell {
  private depth = 0;
  readonly expander: Expander;
  readonly jobs: Task[] = [];

  constructor(
    readonly host: ShellHost,
    readonly state: ShellState,
  ) {
    if (host.onRead) state.onRead = host.onRead;
    this.expander = new Expander(state, host.files, (body) => this.substitution(body));
  }

  /** Runs a script to its end, as `sh -c`. */
  *script(text: string, io: Streams): Body {
    let code: number;
    try {
      const list = this.parsed(text);
      this.last = onlyCommand(list);
      code = yield* this.list(list, io);
    } catch (error) {
      code = yield* failed(error, this.state, io);
    }
    return yield* this.leave(code, io);
  }

  /** Runs the trap of the shell's end. The exit code stays what it is, unless the trap calls exit itself. */
  private *leave(code: number, io: Streams): Body {
    const { state } = this;
    state.lastCode = code;
    const trap = state.traps.get('EXIT');
    if (!trap) return code;
    state.traps.delete('EXIT');
    state.leaving = code;
    try {
      yield* this.list(this.parsed(trap), io);
      return code;
    } catch (error) {
      return yield* failed(error, this.state, io);
    }
  }

  /** Runs one line of an interactive shell: errors do not end it. Throws ShellExit. */
  *line(list: List, io: Streams): Body {
    try {
      this.state.lastCode = yield* this.list(list, io);
    } catch (error) {
      if (error instanceof ShellExit) throw error;
      this.state.lastCode = yield* failed(error, this.state, io);
    }
    return this.state.lastCode;
  }

  /** What compound commands need of the shell. */
  get loops(): Loops {
    const { state, expander } = this;
    const { files } = this.host;
    return {
      state,
      expander,
      files,
      list: (body, io) => this.list(body, io),
      condition: (node, io) => this.condition(node, io),
      onEndless: () => {
        if (this.host.kernel.current) this.host.kernel.current.endless = true;
      },
    };
  }

  parsed(text: string): List {
    return parseScript(text);
  }

  *list({ items }: List, io: Streams): Body {
    let code = 0;
    for (const { command, background } of items) {
      if (background) code = yield* this.background(command, io);
      else code = yield* this.execute(command, io);
      this.state.lastCode = code;
      if (this.signals.pending.length > 0) yield* this.handleSignals(io);
    }
    return code;
  }

  readonly signals = new ShellSignals();

  private *handleSignals(io: Streams): Body {
    const { lastCode } = this.state;
    const { pending } = this.signals;
    for (let name = pending.shift(); name !== undefined; name = pending.shift())
      yield* this.list(this.parsed(this.state.traps.get(name) ?? ''), io);
    this.state.lastCode = lastCode;
    return lastCode;
  }

  private *background(command: Node, io: Streams): Body {
    const task = yield* spawned(this, io, this.subshell().whole(command, { ...io, input: EMPTY_INPUT }));
    this.state.lastBackground = task.pid;
    noteJob(this.jobs, task);
    return 0;
  }

  subshell(): Shell {
    const shell = new Shell(this.host, this.state.copy());
    shell.depth = this.depth + 1;
    if (shell.depth > DEEPEST_CALLS) throw new ShellError('maximum nesting of commands exceeded');
    return shell;
  }

  /** The command that the shell becomes, so that no process is forked for it. */
  private last: Node | undefined;

  /** A node as a process of its own: what ends a shell ends it. */
  *whole(node: Node, io: Streams): Body {
    let code: number;
    this.last = onlyCommand(node);
    try {
      code = yield* this.execute(node, io);
    } catch (error) {
      code = yield* failed(error, this.state, io);
    }
    return yield* this.leave(code, io);
  }

  *execute(node: Node, io: Streams): Body {
    switch (node.node) {
      case 'list':
        return yield* this.list(node, io);
      case 'simple':
        return this.checked(yield* this.simple(node, io));
      case 'and-or':
        return yield* andOr(this, node, io);
      case 'pipeline':
        return this.checked(yield* pipeline(this, node, io), node.negated);
      case 'function':
        if (this.state.functions.size >= MOST_FUNCTIONS) throw new ShellError('out of memory');
        this.state.functions.set(node.name, node.body);
        return 0;
      default:
        return yield* compound(this, node, io);
    }
  }

  /** `set -e`: a failed command ends the shell. */
  checked(code: number, exempt = false): number {
    if (code !== 0 && !exempt && this.state.options.errexit && this.conditions === 0) throw new ShellExit(code);
    return code;
  }

  /** Conditions that are being evaluated, in which failures do not end the shell. */
  private conditions = 0;

  *condition(node: Node, io: Streams): Body {
    this.conditions += 1;
    try {
      return yield* this.execute(node, io);
    } finally {
      this.conditions -= 1;
    }
  }

  private *simple(node: Simple, outer: Streams): Body {
    const { assignments, words, redirections } = node;
    yield undefined;
    const values = new Map<string, string>();
    const argv = yield* this.expander.fields(words);
    for (const { name, value } of assignments) {
      const text = yield* this.expander.text(value);
      // Without a command each assignment sees those before it.
      if (argv.length === 0) this.state.set(name, text);
      values.set(name, text);
    }
    const io = yield* redirected(this.loops, redirections, outer);
    if (io === undefined) return 1;
    if (this.state.options.xtrace && argv.length + values.size > 0) {
      const shown = [...[...values].map(([variable, value]) => `${variable}=${value}`), ...argv];
      yield* writeTo(outer.errors, `+ ${shown.join(' ')}\n`);
    }
    const [name] = argv;
    if (name === undefined) {
      const substituted = assignments.some(({ value }) => value.some(({ part }) => part === 'command'));
      return substituted ? this.state.lastCode : 0;
    }
    const body = this.state.functions.get(name);
    if (body) return yield* this.call(body, argv, io);
    const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
    if (builtin) {
      for (const [variable, value] of values) this.state.set(variable, value);
      return yield* builtin({ shell: this, argv, io, outer, redirected: redirections.length > 0 });
    }
    const program = this.program(argv, io, values);
    return yield* node === this.last || isOwn(name) ? program : forked(this, io, program);
  }

  private *call(body: Node, argv: readonly string[], io: Streams): Body {
    if (this.state.locals.length >= DEEPEST_CALLS || this.depth >= DEEPEST_CALLS)
      throw new ShellError('maximum function recursion depth exceeded');
    const { positional } = this.state;
    this.state.positional = argv.slice(1);
    this.state.locals.push(new Map());
    try {
      return yield* this.execute(body, io);
    } catch (error) {
      if (error instanceof Jump && error.kind === 'return') return error.count;
      throw error;
    } finally {
      this.state.leaveFunction();
      this.state.positional = positional;
    }
  }

  /** Runs a program: a command of the image, or a script. */
  *program(argv: readonly string[], io: Streams, values: ReadonlyMap<string, string>): Body {
    const [name = ''] = argv;
    const { host, state } = this;
    const exported = state.environment();
    const env = values.size === 0 ? exported : new Map([...exported, ...values]);
    const found = lookUp(host, name, state.cwd);
    if ('error' in found) {
      yield* writeTo(io.errors, `${state.name}: ${name}: ${found.error}\n`);
      return found.code;
    }
    if ('script' in found) return yield* this.scriptFile(found.script, argv, io, env);
    return yield* runCommand(host, found.command, { argv, io, env, cwd: state.cwd });
  }

  private *scriptFile(text: string, argv: readonly string[], io: Streams, env: ReadonlyMap<string, string>): Body {
    const shell = this.subshell();
    for (const [name, value] of env) shell.state.set(name, value, true);
    shell.state.name = argv[0] ?? 'sh';
    shell.state.positional = argv.slice(1);
    shell.state.functions = new Map();
    return yield* shell.script(text, io);
  }

  private *substitution(body: List): Generator<Wait, string, void> {
    const collector = new Collector(LONGEST_VALUE);
    const shell = this.subshell();
    const { input = EMPTY_INPUT, errors = NULL_OUTPUT } = this.streams ?? {};
    this.state.lastCode = yield* forked(this, { errors }, shell.whole(body, { input, output: collector, errors }));
    return collector.text;
  }

  /** The shell's own streams, for command substitutions and `exec`. */
  streams: Streams | undefined;
}

/** Runs one command in the current task. */
export function runCommand(host: ShellHost, command: Command, invocation: Invocation): Body {
  return invoke(host, command, invocation, (words, { cwd, env, io }) => {
    const state = new ShellState();
    state.cwd = cwd;
    for (const [name, value] of env) state.set(name, value, true);
    return new Shell(host, state).program(words, io, new Map());
  });
}
