import type { FileSystem } from '../files/file-system.js';
import { pathIn } from './process.js';
import { ShellError, type ShellState, type Streams } from './state.js';
import { EMPTY_INPUT, fileOutput, NULL_OUTPUT, type Output, textInput, ZEROS } from './streams.js';

/** Makes one redirection. Throws FileError, ShellError. */
export function redirect(
  state: ShellState,
  files: FileSystem,
  io: Streams,
  { descriptor, operator, text }: { descriptor: number; operator: string; text: string },
): void {
  if (operator === '>&' || operator === '<&') {
    if (text === '-') assign(io, descriptor, NULL_OUTPUT);
    else if (text === '1') assign(io, descriptor, io.output);
    else if (text === '2') assign(io, descriptor, io.errors);
    else if (text !== '0') throw new ShellError(`${text}: bad file descriptor`);
    return;
  }
  const path = pathIn(state, text);
  if (operator === '<' || operator === '<>') {
    if (path === '/dev/zero') io.input = ZEROS;
    else if (path !== '/dev/stdin' && path !== '/dev/tty') io.input = path === '/dev/null' ? EMPTY_INPUT : textInput(files.read(path));
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
}
