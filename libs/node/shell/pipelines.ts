import type { Node } from './ast.js';
import { type Body, type Kernel, Killed, type Task, waitFor } from './kernel.js';
import { ShellError, type ShellState, type Streams } from './state.js';
import { Pipe } from './streams.js';

/** What a pipeline needs of its shell. */
interface Piping {
  readonly host: { readonly kernel: Kernel };
  readonly state: ShellState;
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
    const task = shell.host.kernel.spawn(
      shell.state.name,
      closing(shell.subshell().whole(command, streams), index > 0 ? from : undefined, pipe),
    );
    if (!task) throw new ShellError("can't fork: Resource temporarily unavailable");
    tasks.push(task);
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

/** Closes the ends of pipes when a process has ended. */
function* closing(body: Body, input: Streams['input'] | undefined, output: Pipe | undefined): Body {
  try {
    return yield* body;
  } finally {
    input?.close?.();
    output?.close();
  }
}
