import type { Shell } from './interpreter.js';
import type { Body } from './kernel.js';
import type { Streams } from './state.js';
import { writeTo } from './streams.js';

/** How a command is called that the shell runs itself, because it changes it. */
export interface Call {
  shell: Shell;
  argv: readonly string[];
  io: Streams;
  /** The shell's streams, without the redirections of this command. */
  outer: Streams;
  /** Whether it has redirections of its own. */
  redirected: boolean;
}

/** A command of the shell itself. */
export type Builtin = (call: Call) => Body;

/** Reports what is wrong; `code` is the exit code. */
export function* fail({ shell, argv, io }: Call, message: string, code = 1): Body {
  yield* writeTo(io.errors, `${shell.state.name}: ${argv[0]}: ${message}\n`);
  return code;
}
