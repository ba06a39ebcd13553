import { FileError } from '../files/file-system.js';
import { type Node, normalized } from '../files/nodes.js';
import type { Body } from '../shell/kernel.js';
import { type Command, CommandError, complain, type Process, pathIn, print, readAll, readFile } from '../shell/process.js';

/** tar, as `kubectl cp` uses it: `tar cf - PATH`, `tar xmf - -C DIR`. The ustar format with GNU long names. */

const BLOCK = 512;

const field = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;

function header({
  name,
  size,
  mode,
  modified,
  type,
  link = '',
}: {
  name: string;
  size: number;
  mode: number;
  modified: number;
  type: string;
  link?: string;
}): string {
  const text = (value: string, length: number): string => value.slice(0, length).padEnd(length, '\0');
  const before = text(name, 100) + field(mode, 8) + field(0, 8) + field(0, 8) + field(size, 12) + field(Math.floor(modified / 1000), 12);
  const after = `${type}${text(link, 100)}ustar\x0000${text('root', 32)}${text('root', 32)}`.padEnd(512 - 156, '\0');
  let sum = 8 * 32;
  for (const character of before + after) sum += character.charCodeAt(0);
  return `${before}${sum.toString(8).padStart(6, '0')}\0 ${after}`;
}

const padded = (content: string): string => content.padEnd(Math.ceil(content.length / BLOCK) * BLOCK, '\0');

function entry(name: string, node: Node): string {
  const long =
    name.length > 100
      ? header({ name: '././@LongLink', size: name.length + 1, mode: 0, modified: 0, type: 'L' }) + padded(`${name}\0`)
      : '';
  if (node.kind === 'file')
    return long + header({ name, size: node.content.length, mode: node.mode, modified: node.modified, type: '0' }) + padded(node.content);
  if (node.kind === 'link') return long + header({ name, size: 0, mode: 0o777, modified: node.modified, type: '2', link: node.target });
  return long + header({ name: `${name}/`, size: 0, mode: node.mode, modified: node.modified, type: '5' });
}

interface Arguments {
  mode: string;
  file: string;
  directory: string;
  verbose: boolean;
  operands: string[];
  strip: number;
}

function argumentsOf(argv: readonly string[]): Arguments {
  const found: Arguments = { mode: '', file: '-', directory: '.', verbose: false, operands: [], strip: 0 };
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word.startsWith('--strip-components=')) found.strip = Number(word.slice(19));
    else if (word.startsWith('--')) continue;
    else if ((at === 1 && /^[a-zA-Z]+$/.test(word)) || /^-[a-zA-Z]+$/.test(word)) {
      for (const letter of word.replace('-', '')) {
        if ('cxt'.includes(letter)) found.mode = letter;
        else if (letter === 'f') found.file = argv[++at] ?? '-';
        else if (letter === 'C') found.directory = argv[++at] ?? '.';
        else if (letter === 'v') found.verbose = true;
        else if (letter === 'z' || letter === 'j') throw new CommandError('compression is not supported');
      }
    } else found.operands.push(word);
  }
  return found;
}

function* create(process: Process, { operands, directory, file }: Arguments): Body {
  let code = 0;
  let archive = '';
  const base = pathIn(process, directory);
  const queue = [...operands];
  while (queue.length > 0) {
    const path = queue.shift() ?? '';
    const node = process.files.stat(normalized(path, base), true);
    if (node === undefined) {
      code = yield* complain(process, `can't open '${path}': No such file or directory`);
      continue;
    }
    const text = entry(path.replace(/^\/+/, ''), node);
    if (file === '-') yield* print(process, text);
    else archive += text;
    if (node.kind === 'dir') queue.unshift(...[...node.entries.keys()].sort().map((name) => `${path.replace(/\/$/, '')}/${name}`));
    yield undefined;
  }
  const end = '\0'.repeat(2 * BLOCK);
  if (file === '-') yield* print(process, end);
  else process.files.write(pathIn(process, file), archive + end);
  return code;
}

const textAt = (block: string, at: number, length: number): string => block.slice(at, at + length).split('\0', 1)[0] ?? '';

/** The entries of an archive. Throws CommandError. */
function* entriesOf(archive: string): Generator<{ name: string; type: string; mode: number; content: string; link: string }, void, void> {
  let long: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const block = archive.slice(at, at + BLOCK);
    at += BLOCK;
    if (/^\0*$/.test(block)) return;
    const size = Number.parseInt(textAt(block, 124, 12).trim() || '0', 8);
    if (!Number.isInteger(size) || size < 0 || size > archive.length) throw new CommandError('invalid tar header');
    const content = archive.slice(at, at + size);
    at += Math.ceil(size / BLOCK) * BLOCK;
    const type = block[156] ?? '0';
    if (type === 'L') {
      long = content.split('\0', 1)[0];
      continue;
    }
    if (type === 'x' || type === 'g') {
      long = /\d+ path=([^\n]*)\n/.exec(content)?.[1] ?? long;
      continue;
    }
    const prefix = block.slice(257, 262) === 'ustar' ? textAt(block, 345, 155) : '';
    const name = long ?? (prefix === '' ? textAt(block, 0, 100) : `${prefix}/${textAt(block, 0, 100)}`);
    long = undefined;
    yield { name, type, mode: Number.parseInt(textAt(block, 100, 8).trim() || '644', 8) & 0o7777, content, link: textAt(block, 157, 100) };
  }
}

/** tar. */
export const tar: Command = function* (process) {
  const given = argumentsOf(process.argv);
  if (given.mode === 'c') return yield* create(process, given);
  if (given.mode === '') throw new CommandError('must specify one of -c, -t, -x');
  const archive = given.file === '-' ? yield* readAll(process.input) : readFile(process, given.file);
  if (archive instanceof FileError) throw new CommandError(`can't open '${given.file}': ${archive.message}`);
  const base = pathIn(process, given.directory);
  let code = 0;
  for (const { name, type, mode, content, link } of entriesOf(archive)) {
    const shown = name.split('/').slice(given.strip).join('/');
    if (shown === '' || (given.operands.length > 0 && !given.operands.some((operand) => `${name}/`.startsWith(`${operand}/`)))) continue;
    if (given.mode === 't' || given.verbose) yield* print(process, `${name}\n`);
    if (given.mode === 't') continue;
    // As tar does, leading slashes and `..` are dropped.
    const path = normalized(normalized(shown).slice(1), base);
    try {
      const above = normalized('..', path);
      if (process.files.stat(above) === undefined) process.files.makeDirectory(above, true);
      if (type === '5') {
        if (process.files.stat(path) === undefined) process.files.makeDirectory(path, true);
      } else if (type === '2') {
        if (process.files.stat(path, true) === undefined) process.files.link(path, link);
      } else process.files.write(path, content, { mode });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      code = yield* complain(process, `can't open '${shown}': ${error.message}`);
    }
    yield undefined;
  }
  return code;
};
