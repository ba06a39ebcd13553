import { FileError } from '../files/file-system.js';
import type { Wait } from '../shell/kernel.js';
import { HELD_BYTES } from '../shell/limits.js';
import { type Command, CommandError, linesOf, type Process, pathIn, print, readFile } from '../shell/process.js';
import { readFrom, writeTo } from '../shell/streams.js';
import { optionsOf } from './options.js';
import { checkLine, compileRegex } from './regex.js';

/** Lines that are matched in one step. */
const LINES_PER_STEP = 64;

/** Complete lines of standard input as they come; the last one may lack its newline. */
function* inputLines(process: Process): Generator<Wait, string[] | undefined, void> {
  const data = yield* readFrom(process.input);
  return data === undefined ? undefined : data.split('\n');
}

/** grep, egrep and fgrep. */
export const grep: Command = function* (process) {
  const options = optionsOf(process.argv, {
    flags: 'ivncqEFwxohHslrRaL',
    valued: 'emABC',
    long: {
      'ignore-case': 'i',
      'invert-match': 'v',
      count: 'c',
      quiet: 'q',
      'only-matching': 'o',
      'line-number': 'n',
      color: 's',
      colour: 's',
      'extended-regexp': 'E',
      'fixed-strings': 'F',
    },
  });
  const name = process.argv[0] ?? 'grep';
  const patterns = options.has('e') ? [...options.values('e')] : options.operands.splice(0, 1);
  if (patterns.length === 0) throw new CommandError('no pattern given', 2);
  const extended = options.has('E') || name === 'egrep';
  const literal = options.has('F') || name === 'fgrep';
  const source = (pattern: string): string => {
    const text = literal ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : pattern;
    return options.has('x') ? `^(${text})$` : options.has('w') ? `\\b(${text})\\b` : text;
  };
  const regexes = patterns
    .flatMap((pattern) => pattern.split('\n'))
    .map((pattern) =>
      compileRegex(source(pattern), {
        extended: extended || literal || options.has('x') || options.has('w'),
        ignoreCase: options.has('i'),
      }),
    );
  const matches = (line: string): boolean => {
    checkLine(line);
    return regexes.some((regex) => regex.matcher(line).find()) !== options.has('v');
  };
  const state = { found: false, left: Number(options.value('m') ?? Number.POSITIVE_INFINITY) };
  const before = Number(options.value('B') ?? options.value('C') ?? 0);
  const after = Number(options.value('A') ?? options.value('C') ?? 0);
  const files = options.operands.flatMap((operand) => (options.has('r') || options.has('R') ? below(process, operand) : [operand]));
  const named = (files.length > 1 || options.has('r') || options.has('R') || options.has('H')) && !options.has('h');
  function* shown(lines: readonly string[], offset: number, prefix: string): Generator<Wait, { text: string; count: number }, void> {
    const kept = new Map<number, boolean>();
    let count = 0;
    let next = 0;
    for (const [at, line] of lines.entries()) {
      if (at % LINES_PER_STEP === LINES_PER_STEP - 1) yield undefined;
      if (state.left <= 0 || !matches(line)) continue;
      state.left -= 1;
      state.found = true;
      count += 1;
      for (next = Math.max(next, at - before); next <= Math.min(lines.length - 1, at + after); next++) kept.set(next, false);
      kept.set(at, true);
    }
    const text = [...kept]
      .sort(([a], [b]) => a - b)
      .map(([at, isMatch]) => {
        const separator = isMatch ? ':' : '-';
        const head = `${prefix === '' ? '' : prefix + separator}${options.has('n') ? `${offset + at + 1}${separator}` : ''}`;
        const line = lines[at] ?? '';
        return options.has('o') && !options.has('v')
          ? pieces(regexes, line)
              .map((piece) => `${head}${piece}\n`)
              .join('')
          : `${head}${line}\n`;
      })
      .join('');
    return { text, count };
  }
  let code = 0;
  if (files.length === 0) {
    let rest = '';
    let count = 0;
    let offset = 0;
    for (let lines = yield* inputLines(process); ; lines = yield* inputLines(process)) {
      const last = lines === undefined;
      const all = lines ?? [];
      if (all.length > 0) all[0] = rest + (all[0] ?? '');
      else if (rest !== '') all.push(rest);
      rest = last ? '' : (all.pop() ?? '');
      if (rest.length > HELD_BYTES) throw new CommandError('out of memory', 2);
      const part = yield* shown(all, offset, '');
      offset += all.length;
      count += part.count;
      if (!options.has('q') && !options.has('c')) yield* print(process, part.text);
      if (last || (options.has('q') && state.found) || state.left <= 0) break;
    }
    if (options.has('c')) yield* print(process, `${count}\n`);
    process.input.close?.();
    return state.found ? 0 : 1;
  }
  for (const file of files) {
    const text = readFile(process, file);
    if (text instanceof FileError) {
      if (!options.has('s')) yield* writeTo(process.errors, `grep: ${file}: ${text.message}\n`);
      code = 2;
      continue;
    }
    const part = yield* shown(linesOf(text), 0, named ? file : '');
    if (options.has('q')) continue;
    if (options.has('l')) yield* print(process, part.count > 0 ? `${file}\n` : '');
    else if (options.has('c')) yield* print(process, `${named ? `${file}:` : ''}${part.count}\n`);
    else yield* print(process, part.text);
  }
  return state.found && (code === 0 || options.has('q')) ? 0 : code || 1;
};

function pieces(regexes: ReadonlyArray<ReturnType<typeof compileRegex>>, line: string): string[] {
  const found: string[] = [];
  for (const regex of regexes) {
    const matcher = regex.matcher(line);
    while (matcher.find()) {
      const text = matcher.group();
      if (text) found.push(text);
    }
  }
  return found;
}

/** All files below a directory. */
function below(process: Process, path: string): string[] {
  const node = process.files.stat(pathIn(process, path));
  if (node?.kind !== 'dir') return [path];
  return process.files.list(pathIn(process, path)).flatMap((name) => below(process, `${path.replace(/\/$/, '')}/${name}`));
}
