import { type Command, CommandError, linesOf, print, readOperands } from '../shell/process.js';
import { readFrom } from '../shell/streams.js';
import { optionsOf } from './options.js';
import { unescaped } from './printing.js';

/** The positions of a list like `1,3-5,7-`, from 1. */
function selector(list: string): (position: number) => boolean {
  const ranges = list.split(',').map((range) => {
    const [from = '', to] = range.split('-');
    return { from: Number(from || 1), to: to === undefined ? Number(from) : to === '' ? Number.POSITIVE_INFINITY : Number(to) };
  });
  return (position) => ranges.some(({ from, to }) => position >= from && position <= to);
}

/** cut. */
export const cut: Command = function* (process) {
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
