import { FileError } from '../files/file-system.js';
import { normalized } from '../files/nodes.js';
import { type Builtin, type Call, fail } from './builtin.js';
import { getopts } from './getopts.js';
import type { Body } from './kernel.js';
import { read } from './read-builtin.js';
import { Jump, ShellExit } from './state.js';
import { writeTo } from './streams.js';
import { assign, set } from './variable-builtins.js';

/** SIGTERM. */
const TERMINATED = 15;

const number = (text: string | undefined, fallback: number): number => (text !== undefined && /^\d+$/.test(text) ? Number(text) : fallback);

function* cd(call: Call): Body {
  const { state, host } = call.shell;
  const [, given] = call.argv;
  const target = given === '-' ? (state.get('OLDPWD') ?? '/') : (given ?? state.get('HOME') ?? '/');
  const path = normalized(target, state.cwd);
  const node = host.files.stat(path);
  if (node?.kind !== 'dir') {
    yield* writeTo(call.io.errors, `${state.name}: cd: can't cd to ${target}: ${node ? 'Not a directory' : 'No such file or directory'}\n`);
    return 2;
  }
  state.set('OLDPWD', state.cwd);
  state.cwd = path;
  state.set('PWD', path);
  if (given === '-') yield* writeTo(call.io.output, `${path}\n`);
  return 0;
}

function* wait({ shell, argv }: Call): Body {
  const pids = argv.slice(1).map(Number);
  const jobs = pids.length === 0 ? shell.jobs : shell.jobs.filter(({ pid }) => pids.includes(pid));
  let code = pids.length > 0 && jobs.length === 0 ? 127 : 0;
  for (const job of [...jobs]) {
    // A signal with a trap interrupts wait.
    while (job.code === undefined && shell.signals.pending.length === 0) yield { on: job.exited };
    if (job.code === undefined) return 128 + TERMINATED;
    code = job.code;
  }
  return pids.length === 0 ? 0 : code;
}

function* source(call: Call): Body {
  const { shell, argv, io } = call;
  const path = argv[1] ?? '';
  try {
    const text = shell.host.files.read(normalized(path, shell.state.cwd));
    return yield* shell.list(shell.parsed(text), io);
  } catch (error) {
    if (error instanceof FileError) return yield* fail({ ...call, argv: ['.'] }, `can't open '${path}': ${error.message}`, 2);
    if (error instanceof Jump && error.kind === 'return') return error.count;
    throw error;
  }
}

function* command(call: Call): Body {
  const { shell, argv, io } = call;
  const name = argv[1];
  if (name !== '-v' && name !== '-V') return name === undefined ? 0 : yield* shell.program(argv.slice(1), io, new Map());
  return yield* type({ ...call, argv: argv.slice(1) }, name === '-v');
}

/** Commands that shells have inside, too. */
const INSIDE = new Set(['echo', 'printf', 'test', '[', 'true', 'false', 'kill']);

function* type({ shell, argv, io }: Call, brief = false): Body {
  let code = 0;
  for (const name of argv.slice(1)) {
    if (shell.state.functions.has(name)) yield* writeTo(io.output, brief ? `${name}\n` : `${name} is a function\n`);
    else if (Object.hasOwn(BUILTINS, name) || INSIDE.has(name))
      yield* writeTo(io.output, brief ? `${name}\n` : `${name} is a shell builtin\n`);
    else if (shell.host.command(name)) yield* writeTo(io.output, brief ? `/bin/${name}\n` : `${name} is /bin/${name}\n`);
    else {
      if (!brief) yield* writeTo(io.output, `${name}: not found\n`);
      code = 127;
    }
  }
  return code;
}

function* trap({ shell, argv }: Call): Body {
  const [, action = '', ...signals] = argv;
  yield undefined;
  for (const signal of signals) {
    const name = signal === '0' ? 'EXIT' : signal.replace(/^SIG/, '');
    if (action === '-') shell.state.traps.delete(name);
    else shell.state.traps.set(name, action);
  }
  return 0;
}

function* exec({ shell, argv, io, outer, redirected }: Call): Body {
  if (argv.length > 1) {
    // The process becomes another one: traps do not outlive that.
    shell.state.traps.clear();
    throw new ShellExit(yield* shell.program(argv.slice(1), io, new Map()));
  }
  if (redirected) Object.assign(outer, io);
  return 0;
}

// biome-ignore lint/correctness/useYield: a builtin is a coroutine like every command.
function* nothing(): Body {
  return 0;
}

function jump(kind: 'break' | 'continue' | 'return'): Builtin {
  // biome-ignore lint/correctness/useYield: as above.
  return function* ({ shell, argv }) {
    // Outside of a loop there is nothing to leave.
    if (kind !== 'return' && shell.state.loops === 0) return 0;
    throw new Jump(kind, number(argv[1], kind === 'return' ? shell.state.lastCode : 1));
  };
}

/** The builtins by name. */
export const BUILTINS: Readonly<Record<string, Builtin>> = {
  ':': nothing,
  '.': source,
  source,
  alias: nothing,
  unalias: nothing,
  umask: function* ({ argv, io }) {
    if (argv.length === 1) yield* writeTo(io.output, '0022\n');
    return 0;
  },
  times: function* ({ io }) {
    yield* writeTo(io.output, '0m0.00s 0m0.00s\n0m0.00s 0m0.00s\n');
    return 0;
  },
  getopts,
  ulimit: nothing,
  hash: nothing,
  break: jump('break'),
  continue: jump('continue'),
  return: jump('return'),
  cd,
  command,
  type: (call) => type(call),
  eval: function* ({ shell, argv, io }) {
    return yield* shell.list(shell.parsed(argv.slice(1).join(' ')), io);
  },
  exec,
  // biome-ignore lint/correctness/useYield: as above.
  exit: function* ({ shell, argv }) {
    throw new ShellExit(number(argv[1], shell.state.leaving ?? shell.state.lastCode) & 255);
  },
  export: (call) => assign(call, 'export'),
  readonly: (call) => assign(call, 'readonly'),
  local: (call) => assign(call, 'local'),
  declare: (call) => assign(call, 'local'),
  jobs: function* ({ shell, io }) {
    for (const [index, job] of shell.jobs.entries())
      if (job.code === undefined) yield* writeTo(io.output, `[${index + 1}]+  Running                    ${job.name}\n`);
    return 0;
  },
  let: function* (call) {
    return yield* call.shell.list(
      call.shell.parsed(
        call.argv
          .slice(1)
          .map((word) => `((${word}))`)
          .join('; '),
      ),
      call.io,
    );
  },
  pwd: function* ({ shell, io }) {
    yield* writeTo(io.output, `${shell.state.cwd}\n`);
    return 0;
  },
  read,
  set,
  // biome-ignore lint/correctness/useYield: as above.
  shift: function* ({ shell, argv }) {
    const count = number(argv[1], 1);
    if (count > shell.state.positional.length) return 1;
    shell.state.positional = shell.state.positional.slice(count);
    return 0;
  },
  trap,
  // biome-ignore lint/correctness/useYield: as above.
  unset: function* ({ shell, argv }) {
    for (const name of argv.slice(1)) {
      if (argv[1] === '-f') shell.state.functions.delete(name);
      else shell.state.unset(name);
    }
    return 0;
  },
  wait,
};
