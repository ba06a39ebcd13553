import { type Command, CommandError, linesOf, print, readAll } from '../shell/process.js';
import { optionsOf } from './options.js';

/** seq. */
export const seq: Command = function* (process) {
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

/** yes. */
export const yes: Command = function* (process) {
  const line = `${process.argv.slice(1).join(' ') || 'y'}\n`;
  const block = line.repeat(Math.max(1, Math.floor(4096 / line.length)));
  for (;;) {
    yield* print(process, block);
    yield undefined;
  }
};

/** xargs. */
export const xargs: Command = function* (process) {
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
