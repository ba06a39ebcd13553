import type { Node } from './ast.js';
import { type Forking, spawned } from './forks.js';
import { type Body, Killed, type Task, waitFor } from './kernel.js';
import type { Streams } from './state.js';
import { Pipe } from './streams.js';

/** What a pipeline needs of its shell. */
interface Piping extends Forking {
  subshell(): { whole(node: Node, io: Streams): Body };
  condition(node: Node, io: Streams): Body;
  execute(node: Node, io: Streams): Body;
}

/** Runs the commands of a pipeline as tasks of their own, with pipes between them. */
export function* pipeline(shell: Piping, { commands, negated }: Extract<Node, { node: 'pipeline' }>, io: Streams): Body {
  const [only] = commands;
  if (commands.length === 1 && only) {
    const code = negated ? yield* shell.condition(only, io) : yield* shell.execute(only, io);
    return negated ? Number(code === 0) : code;
  }
  const tasks: Task[] = [];
  let { input } = io;
  for (const [index, command] of commands.entries()) {
    const pipe = index < commands.length - 1 ? new Pipe() : undefined;
    const from = input;
    const streams = { ...io, input: from, output: pipe ?? io.output };
    tasks.push(yield* spawned(shell, io, closing(shell.subshell().whole(command, streams), index > 0 ? from : undefined, pipe)));
    if (pipe) input = pipe.reader;
  }
  const codes: number[] = [];
  try {
    for (const task of tasks) codes.push(yield* waitFor(task));
  } catch (error) {
    if (error instanceof Killed) for (const task of tasks) task.kill(error.code);
    throw error;
  }
  const code = (shell.state.options.pipefail ? codes.findLast((one) => one !== 0) : codes.at(-1)) ?? 0;
  return negated ? Number(code === 0) : code;
}

/** Runs commands one after the other, each as the one before has ended. */
export function* andOr(shell: Piping, { first, rest }: Extract<Node, { node: 'and-or' }>, io: Streams): Body {
  let code = yield* shell.condition(first, io);
  shell.state.lastCode = code;
  for (const [index, { operator, command }] of rest.entries()) {
    if ((operator === '&&') !== (code === 0)) continue;
    code = index === rest.length - 1 ? yield* shell.execute(command, io) : yield* shell.condition(command, io);
    shell.state.lastCode = code;
  }
  return code;
}

/** Closes the ends of pipes when a process has ended. */
function* closing(body: Body, input: Streams['input'] | undefined, output: Pipe | undefined): Body {
  try {
    return yield* body;
  } finally {
    input?.close?.();
    output?.close();
  }
}
