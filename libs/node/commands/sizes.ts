import { type Command, CommandError, pathIn, print, readFile } from '../shell/process.js';
import { writeTo } from '../shell/streams.js';
import { optionsOf } from './options.js';

/** Commands that make files of a size. Their zeros are counted and not held. */

const UNITS: Readonly<Record<string, number>> = { k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** `10M`; NaN if it is none. */
function bytesOf(text: string): number {
  const [, digits = 'x', unit = ''] = /^(\d{1,15})([kKMGT]?)i?B?$/.exec(text) ?? [];
  return Number(digits) * (UNITS[unit] ?? 1);
}

/** dd. */
export const dd: Command = function* (process) {
  const given = new Map(process.argv.slice(1).map((word) => word.split(/=(.*)/s) as [string, string]));
  const count = Number(given.get('count') ?? 0);
  const block = bytesOf(given.get('bs') ?? '512');
  const source = given.get('if');
  const target = given.get('of');
  const bytes = count * block;
  const told = (text: string) => writeTo(process.errors, text);
  if (source === '/dev/zero' || source === '/dev/urandom' || source === '/dev/random') {
    if (target) process.files.write(pathIn(process, target), '', { zeros: bytes });
    for (let left = target ? 0 : bytes; left > 0; left -= 65_536) {
      yield* print(process, '\0'.repeat(Math.min(left, 65_536)));
      yield undefined;
    }
  } else {
    const text = readFile(process, source ?? '');
    if (typeof text !== 'string') throw new CommandError(`can't open '${source}': ${text.message}`);
    const part = count > 0 ? text.slice(0, bytes) : text;
    if (target) process.files.write(pathIn(process, target), part);
    else yield* print(process, part);
  }
  yield* told(`${count}+0 records in\n${count}+0 records out\n`);
  return 0;
};

/** Gives a file a size: what is more than it has is zeros. */
const resized =
  (option: 's' | 'l'): Command =>
  (process) => {
    const { operands, value } = optionsOf(process.argv, { flags: 'c', valued: option });
    const size = bytesOf(value(option) ?? '');
    if (!Number.isSafeInteger(size)) throw new CommandError(`invalid number '${value(option) ?? ''}'`);
    for (const operand of operands) {
      const path = pathIn(process, operand);
      const node = process.files.stat(path);
      const content = node?.kind === 'file' ? node.content.slice(0, size) : '';
      process.files.write(path, content, { zeros: size - content.length });
    }
    return 0;
  };

/** truncate, fallocate. */
export const truncate: Command = resized('s');
export const fallocate: Command = resized('l');
