import { type Command, CommandError, pathIn, print, readFile } from '../shell/process.js';
import { writeTo } from '../shell/streams.js';

/** dd. */
export const dd: Command = function* (process) {
  const given = new Map(process.argv.slice(1).map((word) => word.split(/=(.*)/s) as [string, string]));
  const size = (text: string): number => Number.parseInt(text, 10) * ({ k: 1024, K: 1024, M: 1048576, G: 1073741824 }[text.slice(-1)] ?? 1);
  const count = Number(given.get('count') ?? 0);
  const block = size(given.get('bs') ?? '512');
  const source = given.get('if');
  const target = given.get('of');
  const bytes = count * block;
  if (source === '/dev/zero' || source === '/dev/urandom') {
    let left = bytes;
    if (target) process.files.write(pathIn(process, target), '');
    while (left > 0) {
      const piece = '\0'.repeat(Math.min(left, 65_536));
      if (target) process.files.write(pathIn(process, target), piece, { append: true });
      else yield* print(process, piece);
      left -= piece.length;
      yield undefined;
    }
  } else {
    const text = readFile(process, source ?? '');
    if (typeof text !== 'string') throw new CommandError(`can't open '${source}': ${text.message}`);
    const part = count > 0 ? text.slice(0, bytes) : text;
    if (target) process.files.write(pathIn(process, target), part);
    else yield* print(process, part);
  }
  yield* writeTo(process.errors, `${count}+0 records in\n${count}+0 records out\n`);
  return 0;
};
