import { FileError, type FileSystem } from '../files/file-system.js';
import type { Redirection } from './ast.js';
import type { Expander } from './expand.js';
import type { Wait } from './kernel.js';
import { pathIn } from './process.js';
import { ShellError, type ShellState, type Streams } from './state.js';
import { EMPTY_INPUT, fileOutput, type Input, NULL_OUTPUT, type Output, textInput, writeTo, ZEROS } from './streams.js';

/** Makes one redirection. Throws FileError, ShellError. */
function redirect(
  state: ShellState,
  files: FileSystem,
  io: Streams,
  { descriptor, operator, text }: { descriptor: number; operator: string; text: string },
): void {
  const other = /^[3-9]$/.test(text) ? io.more?.get(Number(text)) : undefined;
  if (operator === '>&' || operator === '<&') {
    if (text === '-') assign(io, descriptor, NULL_OUTPUT);
    else if (other?.input && operator === '<&') assignInput(io, descriptor, other.input);
    else if (other?.output) assign(io, descriptor, other.output);
    else if (text === '1') assign(io, descriptor, io.output);
    else if (text === '2') assign(io, descriptor, io.errors);
    else if (text !== '0') throw new ShellError(`${text}: bad file descriptor`);
    return;
  }
  const path = pathIn(state, text);
  if (operator === '<' || operator === '<>') {
    if (path === '/dev/zero') assignInput(io, descriptor, ZEROS);
    else if (path !== '/dev/stdin' && path !== '/dev/tty')
      assignInput(io, descriptor, path === '/dev/null' ? EMPTY_INPUT : textInput(files.read(path)));
    return;
  }
  const output = openOutput(files, io, path, operator.endsWith('>>'));
  if (operator.startsWith('&')) {
    io.output = output;
    io.errors = output;
  } else assign(io, descriptor, output);
}

function openOutput(files: FileSystem, io: Streams, path: string, append: boolean): Output {
  if (path === '/dev/null') return NULL_OUTPUT;
  if (path === '/dev/stdout' || path === '/proc/1/fd/1' || path === '/dev/tty') return io.output;
  if (path === '/dev/stderr' || path === '/proc/1/fd/2') return io.errors;
  return fileOutput(files, path, append);
}

function assign(io: Streams, descriptor: number, output: Output): void {
  if (descriptor === 1) io.output = output;
  else if (descriptor === 2) io.errors = output;
  else if (descriptor === 0) io.input = EMPTY_INPUT;
  else io.more = new Map(io.more).set(descriptor, { output });
}

function assignInput(io: Streams, descriptor: number, input: Input): void {
  if (descriptor === 0) io.input = input;
  else if (descriptor > 2) io.more = new Map(io.more).set(descriptor, { input });
}

/** What is needed to open the files of redirections. */
interface Opening {
  readonly state: ShellState;
  readonly files: FileSystem;
  readonly expander: Expander;
}

/** Opens the files of redirections; undefined after a message if one cannot be opened. */
export function* redirected(
  { state, files, expander }: Opening,
  redirections: readonly Redirection[],
  io: Streams,
): Generator<Wait, Streams | undefined, void> {
  if (redirections.length === 0) return io;
  const result = { ...io };
  for (const { descriptor, operator, target } of redirections) {
    const text = yield* expander.text(target);
    if (operator === '<<' || operator === '<<<') {
      assignInput(result, descriptor, textInput(operator === '<<<' ? `${text}\n` : text));
      continue;
    }
    try {
      redirect(state, files, result, { descriptor, operator, text });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const what = operator === '<' ? "can't open" : "can't create";
      const reason =
        error.message === 'No such file or directory' ? (operator === '<' ? 'no such file' : 'nonexistent directory') : error.message;
      yield* writeTo(io.errors, `${state.name}: ${what} ${text}: ${reason}\n`);
      return undefined;
    }
  }
  return result;
}
