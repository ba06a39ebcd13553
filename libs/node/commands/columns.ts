import { type Command, CommandError, linesOf, print, readOperands } from '../shell/process.js';
import { readFrom } from '../shell/streams.js';
import { optionsOf } from './options.js';
import { unescaped } from './printing.js';

/** The positions of a list like `1,3-5,7-`, from 1: ranges in order that do not touch. */
function rangesOf(list: string): Array<{ from: number; to: number }> {
  const given = list.split(',').map((range) => {
    const [from = '', to] = range.split('-');
    return { from: Number(from || 1), to: to === undefined ? Number(from) : to === '' ? Number.POSITIVE_INFINITY : Number(to) };
  });
  const merged: Array<{ from: number; to: number }> = [];
  for (const range of given.sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && range.from <= last.to + 1) last.to = Math.max(last.to, range.to);
    else merged.push(range);
  }
  return merged;
}

/** cut. */
export const cut: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 's', valued: 'dfcb' });
  const list = options.value('f') ?? options.value('c') ?? options.value('b');
  if (list === undefined) throw new CommandError('expected a list of bytes, characters, or fields');
  const { texts, code } = yield* readOperands(process, options.operands);
  const ranges = rangesOf(list);
  const chosen = <T extends string | string[]>(whole: T): T[] => {
    const parts: T[] = [];
    for (const { from, to } of ranges) {
      if (from > whole.length) break;
      parts.push(whole.slice(from - 1, to) as T);
    }
    return parts;
  };
  const delimiter = options.value('d') ?? '\t';
  const pick = (line: string): string | undefined => {
    if (!options.has('f')) return chosen(line).join('');
    if (!line.includes(delimiter)) return options.has('s') ? undefined : line;
    return chosen(line.split(delimiter)).flat().join(delimiter);
  };
  let result = '';
  for (const [at, line] of texts.flatMap(linesOf).entries()) {
    const picked = pick(line);
    if (picked !== undefined) result += `${picked}\n`;
    if (at % 256 !== 255) continue;
    yield* print(process, result);
    result = '';
    yield undefined;
  }
  yield* print(process, result);
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

/** tr. */
export const tr: Command = function* (process) {
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
