import { FileError } from '../files/file-system.js';
import type { Body } from '../shell/kernel.js';
import { type Command, CommandError, linesOf, type Process, pathIn, print, readAll, readFile, readOperands } from '../shell/process.js';
import { fileOutput, type Output, readFrom, writeTo } from '../shell/streams.js';
import { grep } from './grep.js';
import { optionsOf } from './options.js';
import { sorted } from './sorting.js';

/** Commands that read and write text. */

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
  '\\': '\\',
};

/** Replaces backslash escapes; `\c` ends the output. */
function unescaped(text: string, octalZero: boolean): { text: string; ends: boolean } {
  let ends = false;
  const result = text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|(0[0-7]{0,3}|[0-7]{1,3})|(.))/gs,
    (whole, hex: string, octal: string, letter: string) => {
      if (ends) return '';
      if (hex) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal) return octalZero || octal.length <= 3 ? String.fromCharCode(Number.parseInt(octal, 8) & 255) : whole;
      if (letter === 'c') {
        ends = true;
        return '';
      }
      return ESCAPES[letter] ?? whole;
    },
  );
  return { text: ends ? result.slice(0, result.length) : result, ends };
}

const echo: Command = function* (process) {
  let words = process.argv.slice(1);
  let newline = true;
  let escapes = false;
  while (/^-[neE]+$/.test(words[0] ?? '')) {
    const [flags = ''] = words;
    if (flags.includes('n')) newline = false;
    if (flags.includes('e')) escapes = true;
    words = words.slice(1);
  }
  const joined = words.join(' ');
  const { text, ends } = escapes ? unescaped(joined, true) : { text: joined, ends: false };
  yield* print(process, newline && !ends ? `${text}\n` : text);
  return 0;
};

function formatOne(spec: string, conversion: string, value: string): string {
  const [, flags = '', width = '', precision] = /^%([-+ 0#]*)(\d*)(?:\.(\d+))?/.exec(spec) ?? [];
  const size = Math.min(Number(width), 10_000);
  let text: string;
  if (conversion === 's' || conversion === 'b')
    text = (conversion === 'b' ? unescaped(value, true).text : value).slice(0, precision === undefined ? undefined : Number(precision));
  else if (conversion === 'c') text = value.slice(0, 1);
  else {
    const number = value.startsWith("'") || value.startsWith('"') ? value.charCodeAt(1) : Number(value || 0);
    if (Number.isNaN(number)) throw new CommandError(`invalid number '${value}'`);
    if ('di'.includes(conversion)) text = String(Math.trunc(number));
    else if (conversion === 'u') text = String(Math.trunc(Math.abs(number)));
    else if (conversion === 'o') text = Math.trunc(number).toString(8);
    else if (conversion === 'x' || conversion === 'X') text = Math.trunc(number).toString(16);
    else text = conversion === 'e' ? number.toExponential(Number(precision ?? 6)) : number.toFixed(Math.min(Number(precision ?? 6), 100));
    if (conversion === 'X') text = text.toUpperCase();
    if (flags.includes('+') && number >= 0) text = `+${text}`;
    if (flags.includes('0') && !flags.includes('-')) {
      const sign = /^[-+]/.exec(text)?.[0] ?? '';
      return sign + text.slice(sign.length).padStart(size - sign.length, '0');
    }
  }
  return flags.includes('-') ? text.padEnd(size) : text.padStart(size);
}

const printf: Command = function* (process) {
  const [, format = '', ...operands] = process.argv;
  let rest = operands;
  do {
    const before = rest.length;
    let text = '';
    let at = 0;
    for (const match of format.matchAll(/%(?:%|[-+ 0#]*\d*(?:\.\d+)?([diouxXeEfgGscb]))/g)) {
      text += unescaped(format.slice(at, match.index), false).text;
      at = match.index + match[0].length;
      if (match[1] === undefined) text += '%';
      else {
        text += formatOne(match[0], match[1], rest[0] ?? '');
        rest = rest.slice(1);
      }
    }
    yield* print(process, text + unescaped(format.slice(at), false).text);
    if (rest.length === before) break;
  } while (rest.length > 0);
  return 0;
};

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
  argv.flatMap((word, at) => (at > 0 && /^-\d+$/.test(word) ? ['-n', word.slice(1)] : [word]));

const head: Command = function* (process) {
  const options = optionsOf(numbered(process.argv), { flags: 'qv', valued: 'nc' });
  const count = countOf(options.value('n'), 10);
  if (options.operands.length === 0 && !options.has('c')) return yield* headOfInput(process, count);
  const { texts, code } = yield* readOperands(process, options.operands);
  for (const [index, text] of texts.entries()) {
    if (texts.length > 1) yield* print(process, `${index > 0 ? '\n' : ''}==> ${options.operands[index]} <==\n`);
    const part = options.has('c')
      ? text.slice(0, countOf(options.value('c'), 0))
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
  return node?.kind === 'file' ? node.content.length : 0;
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

/** The positions of a list like `1,3-5,7-`, from 1. */
function selector(list: string): (position: number) => boolean {
  const ranges = list.split(',').map((range) => {
    const [from = '', to] = range.split('-');
    return { from: Number(from || 1), to: to === undefined ? Number(from) : to === '' ? Number.POSITIVE_INFINITY : Number(to) };
  });
  return (position) => ranges.some(({ from, to }) => position >= from && position <= to);
}

const cut: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 's', valued: 'dfcb' });
  const list = options.value('f') ?? options.value('c') ?? options.value('b');
  if (list === undefined) throw new CommandError('expected a list of bytes, characters, or fields');
  const { texts, code } = yield* readOperands(process, options.operands);
  const selected = selector(list);
  const delimiter = options.value('d') ?? '\t';
  const pick = (line: string): string | undefined => {
    if (!options.has('f')) return [...line].filter((_, at) => selected(at + 1)).join('');
    if (!line.includes(delimiter)) return options.has('s') ? undefined : line;
    return line
      .split(delimiter)
      .filter((_, at) => selected(at + 1))
      .join(delimiter);
  };
  const lines = texts.flatMap(linesOf).map(pick);
  yield* print(process, lines.flatMap((line) => (line === undefined ? [] : [`${line}\n`])).join(''));
  return code;
};

const TR_CLASSES: Readonly<Record<string, string>> = {
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  lower: 'abcdefghijklmnopqrstuvwxyz',
  digit: '0123456789',
  alpha: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  alnum: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  space: ' \t\n\v\f\r',
  punct: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
};

function trSet(text: string): string[] {
  const expanded = unescaped(text, true).text.replace(/\[:(\w+):\]/g, (whole, name: string) => TR_CLASSES[name] ?? whole);
  return [
    ...expanded.replace(/(.)-(.)/gs, (whole, from: string, to: string) => {
      if (to < from) return whole;
      return Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, at) =>
        String.fromCharCode(from.charCodeAt(0) + at),
      ).join('');
    }),
  ];
}

const tr: Command = function* (process) {
  const { operands, has } = optionsOf(process.argv, { flags: 'dscC' });
  const [first = '', second = ''] = operands;
  const complement = has('c') || has('C');
  const from = trSet(first);
  const to = trSet(second);
  const members = new Set(from);
  const inSet = (character: string): boolean => members.has(character) !== complement;
  const squeezed = has('s') ? new Set(second === '' ? from : to) : undefined;
  const mapping = new Map<string, string>();
  for (const [at, character] of from.entries())
    if (!mapping.has(character)) mapping.set(character, to[Math.min(at, to.length - 1)] ?? character);
  let last = '';
  for (let data = yield* readFrom(process.input); data !== undefined; data = yield* readFrom(process.input)) {
    let result = '';
    for (const character of data) {
      if (has('d') && inSet(character)) continue;
      const mapped =
        has('d') || second === ''
          ? character
          : complement
            ? inSet(character)
              ? (to.at(-1) ?? character)
              : character
            : (mapping.get(character) ?? character);
      if (squeezed && mapped === last && (squeezed.has(mapped) || (complement && inSet(mapped)))) continue;
      result += mapped;
      last = mapped;
    }
    yield* print(process, result);
  }
  return 0;
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

const seq: Command = function* (process) {
  const { operands, value } = optionsOf(
    process.argv.map((word, at) => (at > 0 && /^-\d/.test(word) ? `\0${word}` : word)),
    { flags: 'w', valued: 's' },
  );
  const numbers = operands.map((word) => Number(word.replace('\0', '')));
  if (numbers.length === 0 || numbers.some(Number.isNaN)) throw new CommandError(`invalid number '${operands[0] ?? ''}'`);
  const [first, step, last] = numbers.length === 1 ? [1, 1, numbers[0]] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : numbers;
  if (first === undefined || last === undefined || !step) throw new CommandError('invalid increment');
  const separator = value('s') ?? '\n';
  let batch = '';
  let started = false;
  for (let number = first, count = 0; step > 0 ? number <= last : number >= last; number += step, count++) {
    batch += `${started ? separator : ''}${number}`;
    started = true;
    if (count % 512 !== 511) continue;
    yield* print(process, batch);
    batch = '';
    yield undefined;
  }
  yield* print(process, started ? `${batch}\n` : '');
  return 0;
};

const yes: Command = function* (process) {
  const line = `${process.argv.slice(1).join(' ') || 'y'}\n`;
  const block = line.repeat(Math.max(1, Math.floor(4096 / line.length)));
  for (;;) {
    yield* print(process, block);
    yield undefined;
  }
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

const xargs: Command = function* (process) {
  const { argv } = process;
  let at = 1;
  let most = Number.POSITIVE_INFINITY;
  let replace: string | undefined;
  for (; at < argv.length && argv[at]?.startsWith('-'); at++) {
    const word = argv[at] ?? '';
    if (word.startsWith('-n')) most = Number(word.slice(2) || argv[++at]);
    else if (word.startsWith('-I')) replace = word.slice(2) || argv[++at];
    else if (word === '-P' || word === '-L') at += 1;
  }
  const command = argv.slice(at).length > 0 ? argv.slice(at) : ['echo'];
  const text = yield* readAll(process.input);
  const items = replace === undefined ? (text.match(/\S+/g) ?? []) : linesOf(text);
  let code = 0;
  const size = replace === undefined ? Math.max(1, Math.min(most, 5_000)) : 1;
  for (let from = 0; from === 0 || from < items.length; from += size) {
    const group = items.slice(from, from + size);
    const words = replace === undefined ? [...command, ...group] : command.map((word) => word.replaceAll(replace ?? '', group[0] ?? ''));
    if (replace !== undefined && group.length === 0) break;
    if ((yield* process.run(words)) !== 0) code = 123;
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
