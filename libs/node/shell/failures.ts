import { FileError } from '../files/file-system.js';
import type { Body } from './kernel.js';
import { Jump, ShellError, ShellExit, type ShellState, type Streams } from './state.js';
import { writeTo } from './streams.js';
import { ShellSyntaxError } from './word-reader.js';

const SYNTAX_ERROR = 2;

/** What an error makes of a shell: its message, and the exit code. Throws what is no error of a script. */
export function* failed(error: unknown, state: ShellState, io: Streams): Body {
  if (error instanceof ShellExit) return error.code;
  if (error instanceof Jump) return error.kind === 'return' ? error.count : 0;
  if (error instanceof ShellSyntaxError || error instanceof ShellError) {
    yield* writeTo(io.errors, `${state.name}: ${error.message}\n`);
    return error instanceof ShellError ? error.code : SYNTAX_ERROR;
  }
  if (error instanceof FileError) {
    yield* writeTo(io.errors, `${state.name}: ${error.message}\n`);
    return 1;
  }
  throw error;
}
