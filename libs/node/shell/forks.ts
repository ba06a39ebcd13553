import type { Node } from './ast.js';
import type { Body, Kernel, Task, Wait } from './kernel.js';
import { ShellError, type ShellState, type Streams } from './state.js';
import { writeTo } from './streams.js';

/** Which processes a shell forks, and what it does when it cannot. */

/** Seconds that bash waits between its attempts (jobs.c make_child, FORKSLEEP_MAX). */
const BASH_WAITS = [1, 2, 4, 8];
const UNAVAILABLE = 'Resource temporarily unavailable';
/** The exit code of a bash that cannot fork (EX_NOEXEC). */
const NOT_FORKED = 254;

/** What shells do themselves though it exists as programs, too. */
const OWN = new Set(['echo', 'printf', 'test', '[', '[[', 'true', 'false', 'kill']);

export const isOwn = (name: string): boolean => OWN.has(name);

/** The command that a shell runs at its end and nothing else: it becomes it. */
export function onlyCommand(node: Node): Node | undefined {
  if (node.node !== 'list') return node.node === 'simple' ? node : undefined;
  const [only, ...others] = node.items;
  return only && others.length === 0 && !only.background ? onlyCommand(only.command) : undefined;
}

/** A shell that forks. */
export interface Forking {
  readonly host: { readonly kernel: Kernel; readonly isSmall?: boolean };
  readonly state: ShellState;
}

/**
 * Waits until there is room for one more process. Throws ShellError in the words of the shell: bash tries it for 15 s, dash and busybox' ash
 * give up at once.
 */
function* forkable({ host, state }: Forking, { errors }: Pick<Streams, 'errors'>): Generator<Wait, void, void> {
  const { kernel } = host;
  if (kernel.room > 0) return;
  if (!state.braces) throw new ShellError(host.isSmall === false ? 'Cannot fork' : `can't fork: ${UNAVAILABLE}`);
  for (const seconds of BASH_WAITS) {
    yield* writeTo(errors, `${state.name}: fork: retry: ${UNAVAILABLE}\n`);
    for (const until = kernel.now + seconds * 1000; kernel.now < until; ) yield { until };
    if (kernel.room > 0) return;
  }
  throw new ShellError(`fork: ${UNAVAILABLE}`, NOT_FORKED);
}

/** Forks a process that its parent waits for at once. */
export function* forked(shell: Forking, io: Pick<Streams, 'errors'>, body: Body): Body {
  yield* forkable(shell, io);
  return yield* shell.host.kernel.child(body);
}

/** Forks a process that runs beside its parent. */
export function* spawned(shell: Forking, io: Pick<Streams, 'errors'>, body: Body): Generator<Wait, Task, void> {
  yield* forkable(shell, io);
  const task = shell.host.kernel.spawn(shell.state.name, body);
  if (!task) throw new ShellError(`can't fork: ${UNAVAILABLE}`);
  return task;
}
