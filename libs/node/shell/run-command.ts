import { FileError, type FileSystem } from '../files/file-system.js';
import type { Body, Kernel } from './kernel.js';
import { type Command, CommandError, type Process, type Surroundings } from './process.js';
import type { Streams } from './state.js';
import { writeTo } from './streams.js';

/** What a command sees of its container. */
interface Surrounded {
  readonly kernel: Kernel;
  readonly files: FileSystem;
  readonly around: Surroundings;
}

type RunOther = (words: readonly string[], given: { cwd: string; env: ReadonlyMap<string, string>; io: Streams }) => Body;

/** What a command is run with. */
export interface Invocation {
  argv: readonly string[];
  io: Streams;
  env: ReadonlyMap<string, string>;
  cwd: string;
}

/** Runs one command in the current task. `other` runs another program for it. */
export function* invoke(
  { kernel, files, around }: Surrounded,
  command: Command,
  { argv, io, env, cwd }: Invocation,
  other: RunOther,
): Body {
  const process: Process = {
    argv,
    env,
    cwd,
    files,
    input: io.input,
    output: io.output,
    errors: io.errors,
    kernel,
    around,
    run: (words, streams = {}) => other(words, { cwd, env: streams.env ?? env, io: streams.input ? { ...io, input: streams.input } : io }),
  };
  try {
    const result = command(process);
    return typeof result === 'number' ? result : yield* result;
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof FileError)) throw error;
    yield* writeTo(io.errors, `${argv[0]}: ${error.message}\n`);
    return error instanceof CommandError ? error.code : 1;
  }
}
