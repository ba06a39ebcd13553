import { FileError } from '../files/file-system.js';
import { lengthOf } from '../files/nodes.js';
import type { Body } from '../shell/kernel.js';
import { type Command, linesOf, type Process, pathIn, print, readAll, readFile, readOperands } from '../shell/process.js';
import { fileOutput, type Output, Pipe, readFrom, writeTo } from '../shell/streams.js';
import { cut, tr } from './columns.js';
import { grep } from './grep.js';
import { optionsOf } from './options.js';
import { echo, printf } from './printing.js';
import { seq, xargs, yes } from './repeating.js';
import { sorted } from './sorting.js';

/** Commands that read and write text. */

const cat: Command = function* (process) {
  const { operands, has } = optionsOf(process.argv, { flags: 'nbveAtsu' });
  let code = 0;
  let line = 0;
  const shown = (text: string): string =>
    has('n')
      ? linesOf(text)
          .map((one) => `${String(++line).padStart(6)}\t${one}\n`)
          .join('')
      : text;
  for (const operand of operands.length === 0 ? ['-'] : operands) {
    if (operand === '-' || operand === '/dev/stdin') {
      for (let data = yield* readFrom(process.input); data !== undefined; data = yield* readFrom(process.input))
        yield* print(process, shown(data));
    } else {
      const text = readFile(process, operand);
      if (typeof text === 'string') yield* print(process, shown(text));
      else {
        const message = text.message === 'Is a directory' ? `read error: ${text.message}` : `can't open '${operand}': ${text.message}`;
        yield* writeTo(process.errors, `cat: ${message}\n`);
        code = 1;
      }
    }
  }
  return code;
};

const countOf = (text: string | undefined, fallback: number): number => (text === undefined ? fallback : Number(text.replace(/^[-+]/, '')));

/** `-5` as an option of head and tail. */
const numbered = (argv: readonly string[]): string[] =>
  argv.flatMap((word, at) => (at > 0 && /^-\d+$/.test(word) && !/^-[nc]$/.test(argv[at - 1] ?? '') ? ['-n', word.slice(1)] : [word]));

const head: Command = function* (process) {
  const options = optionsOf(numbered(process.argv), { flags: 'qv', valued: 'nc' });
  const count = countOf(options.value('n'), 10);
  const butLast = options.value('n')?.startsWith('-') === true;
  if (!butLast && options.operands.length === 0 && !options.has('c')) return yield* headOfInput(process, count);
  const { texts, code } = yield* readOperands(process, options.operands);
  for (const [index, text] of texts.entries()) {
    if (texts.length > 1) yield* print(process, `${index > 0 ? '\n' : ''}==> ${options.operands[index]} <==\n`);
    const part = options.has('c')
      ? text.slice(0, countOf(options.value('c'), 0))
      : butLast
        ? linesOf(text)
            .slice(0, -count || undefined)
            .map((line) => `${line}\n`)
            .join('')
        : text
            .split('\n', count + 1)
            .slice(0, count)
            .join('\n') + (text.split('\n', count + 1).length > count && count > 0 ? '\n' : '');
    yield* print(process, part);
  }
  return code;
};

/** Stops reading after the last line that is asked for. */
function* headOfInput(process: Process, count: number): Body {
  for (let left = count; left > 0; ) {
    const data = yield* readFrom(process.input);
    if (data === undefined) break;
    let at = 0;
    while (left > 0) {
      const end = data.indexOf('\n', at);
      if (end < 0) break;
      at = end + 1;
      left -= 1;
    }
    yield* print(process, left > 0 ? data : data.slice(0, at));
  }
  process.input.close?.();
  return 0;
}

/** How often `tail -f` looks for more. */
const FOLLOW_EVERY = 1000;

const tail: Command = function* (process) {
  const options = optionsOf(numbered(process.argv), { flags: 'fFqv', valued: 'ncs', long: { follow: 'f' } });
  const given = options.value('n') ?? '10';
  const { texts, code } = yield* readOperands(process, options.operands);
  for (const text of texts) {
    if (options.has('c')) yield* print(process, text.slice(-countOf(options.value('c'), 0) || text.length));
    else {
      const lines = text.split('\n');
      const ended = lines.at(-1) === '';
      if (ended) lines.pop();
      const part = given.startsWith('+')
        ? lines.slice(Math.max(0, Number(given.slice(1)) - 1))
        : lines.slice(-Math.abs(Number(given)) || lines.length);
      if (Number(given) !== 0 || given.startsWith('+')) yield* print(process, part.join('\n') + (ended && part.length > 0 ? '\n' : ''));
    }
  }
  if (!options.has('f') && !options.has('F')) return code;
  const sizes = options.operands.map((path) => fileSize(process, path));
  if (sizes.length === 0 || (code !== 0 && !options.has('F') && texts.length === 0)) return code;
  // Nothing is ever written to these.
  if (options.operands.every((path) => path === '/dev/null')) for (;;) yield { until: Number.MAX_SAFE_INTEGER };
  if (process.kernel.current && !(process.output instanceof Pipe)) process.kernel.current.endless = true;
  for (;;) {
    yield { until: process.kernel.now + FOLLOW_EVERY };
    for (const [index, path] of options.operands.entries()) {
      const size = fileSize(process, path);
      const before = sizes[index] ?? 0;
      sizes[index] = size;
      const text = size === before ? '' : readFile(process, path);
      if (typeof text === 'string' && text !== '') yield* print(process, text.slice(size < before ? 0 : before));
    }
  }
};

function fileSize(process: Process, path: string): number {
  const node = process.files.stat(pathIn(process, path));
  return node?.kind === 'file' ? lengthOf(node) : 0;
}

const wc: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 'lwcmL' });
  const { texts, code } = yield* readOperands(process, options.operands);
  const all = !['l', 'w', 'c', 'm'].some((letter) => options.has(letter));
  const totals = [0, 0, 0];
  const line = (counts: readonly number[], name: string): string => {
    const shown = [
      ...(all || options.has('l') ? [counts[0]] : []),
      ...(all || options.has('w') ? [counts[1]] : []),
      ...(all || options.has('c') || options.has('m') ? [counts[2]] : []),
    ];
    const numbers =
      shown.length === 1 && name === ''
        ? String(shown[0])
        : shown
            .map((count) => String(count).padStart(all || shown.length > 1 ? 9 : 0))
            .join(' ')
            .replace(/^ {2}/, '');
    return `${numbers}${name === '' ? '' : ` ${name}`}\n`;
  };
  for (const [index, text] of texts.entries()) {
    const counts = [text.split('\n').length - 1, text.match(/\S+/g)?.length ?? 0, text.length];
    for (const at of [0, 1, 2]) totals[at] = (totals[at] ?? 0) + (counts[at] ?? 0);
    yield* print(process, line(counts, options.operands[index] ?? ''));
  }
  if (texts.length > 1) yield* print(process, line(totals, 'total'));
  return code;
};

const sort: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 'rnufhbVsgi', valued: 'kto' });
  const { texts, code } = yield* readOperands(process, options.operands);
  const [, first = '', flags = ''] = /^(\d+)(?:\.\d+)?(?:,\d+)?([rnfh]*)/.exec(options.value('k') ?? '') ?? [];
  const separator = options.value('t');
  const numeric = options.has('n') || options.has('h') || options.has('V') || /[nh]/.test(flags);
  const key = (line: string): string => {
    if (first === '') return line;
    const fields = separator === undefined ? line.trim().split(/\s+/) : line.split(separator);
    return fields[Number(first) - 1] ?? '';
  };
  const fold = (text: string): string => (options.has('f') ? text.toUpperCase() : text);
  const keyed = texts.flatMap(linesOf).map((line) => ({ line, key: fold(key(line)), number: Number.parseFloat(key(line)) || 0 }));
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const order = yield* sorted(
    keyed,
    (a, b) => (numeric ? a.number - b.number : 0) || (numeric && first === '' ? 0 : compare(a.key, b.key)) || compare(a.line, b.line),
  );
  let lines = order.map(({ line }) => line);
  if (options.has('r') || flags.includes('r')) lines.reverse();
  if (options.has('u')) lines = lines.filter((line, at) => at === 0 || line !== lines[at - 1]);
  const text = lines.map((line) => `${line}\n`).join('');
  const output = options.value('o');
  if (output === undefined) yield* print(process, text);
  else process.files.write(pathIn(process, output), text);
  return code;
};

const uniq: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 'cdui' });
  const { texts, code } = yield* readOperands(process, options.operands.slice(0, 1));
  const groups: Array<{ line: string; count: number }> = [];
  for (const line of texts.flatMap(linesOf)) {
    const last = groups.at(-1);
    if (last?.line === line) last.count += 1;
    else groups.push({ line, count: 1 });
  }
  const shown = groups.filter(({ count }) => !(options.has('d') && count === 1) && !(options.has('u') && count > 1));
  yield* print(process, shown.map(({ line, count }) => `${options.has('c') ? `${String(count).padStart(7)} ` : ''}${line}\n`).join(''));
  return code;
};

const tee: Command = function* (process) {
  const { operands, has } = optionsOf(process.argv, { flags: 'ai' });
  let code = 0;
  const outputs: Output[] = [];
  for (const operand of operands) {
    try {
      outputs.push(fileOutput(process.files, pathIn(process, operand), has('a')));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      yield* writeTo(process.errors, `tee: ${operand}: ${error.message}\n`);
      code = 1;
    }
  }
  for (let data = yield* readFrom(process.input); data !== undefined; data = yield* readFrom(process.input)) {
    yield* print(process, data);
    for (const output of outputs) yield* writeTo(output, data);
  }
  return code;
};

const rev: Command = function* (process) {
  const text = yield* readAll(process.input);
  yield* print(
    process,
    linesOf(text)
      .map((line) => `${[...line].reverse().join('')}\n`)
      .join(''),
  );
  return 0;
};

const tac: Command = function* (process) {
  const { texts, code } = yield* readOperands(process, process.argv.slice(1));
  yield* print(
    process,
    texts
      .map((text) =>
        linesOf(text)
          .reverse()
          .map((line) => `${line}\n`)
          .join(''),
      )
      .join(''),
  );
  return code;
};

const base64: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 'di', valued: 'w', long: { decode: 'd', wrap: 'w' } });
  const { texts, code } = yield* readOperands(process, options.operands);
  const text = texts.join('');
  if (options.has('d')) yield* print(process, Buffer.from(text, 'base64').toString('latin1'));
  else {
    const encoded = Buffer.from(text, 'latin1').toString('base64');
    const width = Number(options.value('w') ?? 76);
    yield* print(
      process,
      width === 0 ? encoded : `${encoded.match(new RegExp(`.{1,${Math.max(1, Math.min(width, 10_000))}}`, 'g'))?.join('\n') ?? ''}\n`,
    );
  }
  return code;
};

/** Text commands by name. */
export const textCommands: Readonly<Record<string, Command>> = {
  echo,
  printf,
  cat,
  head,
  tail,
  wc,
  sort,
  uniq,
  cut,
  tr,
  grep,
  egrep: grep,
  fgrep: grep,
  tee,
  seq,
  yes,
  rev,
  tac,
  base64,
  xargs,
};
