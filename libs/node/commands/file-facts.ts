import { createHash } from 'node:crypto';
import type { FileSystem } from '../files/file-system.js';
import { lengthOf, type Node, normalized } from '../files/nodes.js';
import { Pattern } from '../shell/patterns.js';
import { type Command, CommandError, complain, pathIn, print, readFile } from '../shell/process.js';
import { groupNames, userNames } from './account-names.js';
import { optionsOf } from './options.js';

/** `drwxr-xr-x`. */
export const modeText = (node: Node): string => {
  const mode = node.kind === 'link' ? 0o777 : node.mode;
  const letters = [8, 7, 6, 5, 4, 3, 2, 1, 0].map((bit) => ((mode >> bit) & 1 ? 'xwr'[bit % 3] : '-'));
  if (mode & 0o2000) letters[5] = letters[5] === 'x' ? 's' : 'S';
  if (mode & 0o1000) letters[8] = letters[8] === 'x' ? 't' : 'T';
  return `${node.kind === 'dir' ? 'd' : node.kind === 'link' ? 'l' : '-'}${letters.join('')}`;
};

/** The owner and the group of nodes as ls shows them: names of /etc/passwd and /etc/group, or numbers. */
export function ownersIn(files: FileSystem): (node: Node) => readonly [owner: string, group: string] {
  const [users, groups] = [userNames(files), groupNames(files)];
  return (node) => {
    const { uid, gid = 0 } = node.kind === 'link' ? { uid: 0 } : node;
    return [users.get(uid) ?? String(uid), groups.get(gid) ?? String(gid)];
  };
}

/** A node's size as ls shows it. */
export const sizeOf = (node: Node): number => (node.kind === 'file' ? lengthOf(node) : node.kind === 'link' ? node.target.length : 4096);

/** stat. */
export const stat: Command = function* (process) {
  const owners = ownersIn(process.files);
  const { operands, value } = optionsOf(process.argv, { flags: 'Lft', valued: 'c' });
  let code = 0;
  for (const operand of operands) {
    const node = process.files.stat(pathIn(process, operand), true);
    if (node === undefined) {
      code = yield* complain(process, `can't stat '${operand}': No such file or directory`);
      continue;
    }
    const mode = node.kind === 'link' ? 0o777 : node.mode;
    const [owner, group] = owners(node);
    const values: Record<string, string> = {
      n: operand,
      s: String(sizeOf(node)),
      a: mode.toString(8),
      A: modeText(node),
      U: owner,
      G: group,
      u: String(node.kind === 'link' ? 0 : node.uid),
      g: String(node.kind === 'link' ? 0 : (node.gid ?? 0)),
      F: node.kind === 'dir' ? 'directory' : node.kind === 'link' ? 'symbolic link' : 'regular file',
      Y: String(Math.floor(node.modified / 1000)),
    };
    const format = value('c');
    if (format !== undefined)
      yield* print(process, `${format.replace(/%([a-zA-Z])/g, (whole, letter: string) => values[letter] ?? whole)}\n`);
    else
      yield* print(
        process,
        `  File: ${operand}\n  Size: ${values.s}\t${values.F}\nAccess: (0${values.a}/${values.A})  Uid: (    0/    root)   Gid: (    0/    root)\n`,
      );
  }
  return code;
};

/** find. */
export const find: Command = function* (process) {
  const { argv, files } = process;
  const start = argv.findIndex((word, at) => at > 0 && (word.startsWith('-') || word === '!'));
  const roots = argv.slice(1, start < 0 ? undefined : start);
  const tests = start < 0 ? [] : argv.slice(start);
  const option = (name: string): string | undefined => (tests.includes(name) ? tests[tests.indexOf(name) + 1] : undefined);
  const pattern = option('-name') ?? option('-iname');
  const compiled = pattern === undefined ? undefined : new Pattern(pattern);
  const type = option('-type');
  const deepest = Number(option('-maxdepth') ?? Number.POSITIVE_INFINITY);
  const shallowest = Number(option('-mindepth') ?? 0);
  const known = ['-name', '-iname', '-type', '-maxdepth', '-mindepth', '-print', '-delete'];
  for (const [at, word] of tests.entries())
    if (word.startsWith('-') && !known.includes(word) && !known.slice(0, 5).includes(tests[at - 1] ?? ''))
      throw new CommandError(`unrecognized: ${word}`);
  let code = 0;
  const queue = (roots.length === 0 ? ['.'] : roots).map((path) => ({ path, depth: 0 }));
  while (queue.length > 0) {
    const { path, depth } = queue.shift() ?? { path: '', depth: 0 };
    const node = files.stat(pathIn(process, path), true);
    if (node === undefined) {
      code = yield* complain(process, `${path}: No such file or directory`);
      continue;
    }
    const name = path.split('/').at(-1) ?? '';
    const kind = node.kind === 'dir' ? 'd' : node.kind === 'link' ? 'l' : 'f';
    if (depth >= shallowest && (!compiled || compiled.matches(name)) && (type === undefined || type === kind)) {
      if (tests.includes('-delete')) files.remove(pathIn(process, path), true);
      else yield* print(process, `${path}\n`);
    }
    if (node.kind === 'dir' && depth < deepest)
      queue.unshift(...[...node.entries.keys()].sort().map((entry) => ({ path: `${path.replace(/\/$/, '')}/${entry}`, depth: depth + 1 })));
    yield undefined;
  }
  return code;
};

/** readlink. */
export const readlink: Command = function* (process) {
  const { operands, has } = optionsOf(process.argv, { flags: 'fne' });
  const path = pathIn(process, operands[0] ?? '');
  const node = process.files.stat(path, true);
  if (node?.kind === 'link') yield* print(process, `${has('f') ? normalized(node.target, normalized('..', path)) : node.target}\n`);
  else if (has('f') || process.argv[0] === 'realpath') yield* print(process, `${path}\n`);
  else return 1;
  return 0;
};

/** basename. */
export const basename: Command = function* (process) {
  const [, path = '', suffix = ''] = process.argv;
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  yield* print(process, `${suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`);
  return 0;
};

/** dirname. */
export const dirname: Command = function* (process) {
  const path = (process.argv[1] ?? '').replace(/\/+$/, '');
  const end = path.lastIndexOf('/');
  yield* print(process, `${end < 0 ? '.' : end === 0 ? '/' : path.slice(0, end)}\n`);
  return 0;
};

/** du. */
export const du: Command = function* (process) {
  const { operands, has } = optionsOf(process.argv, { flags: 'shkmac', valued: 'd' });
  const total = (node: Node): number =>
    node.kind === 'dir' ? [...node.entries.values()].reduce((sum, entry) => sum + total(entry), 4) : Math.ceil(sizeOf(node) / 4096) * 4;
  for (const operand of operands.length === 0 ? ['.'] : operands) {
    const node = process.files.stat(pathIn(process, operand));
    if (node === undefined) return yield* complain(process, `${operand}: No such file or directory`);
    const size = total(node);
    yield* print(process, `${has('h') ? (size >= 1024 ? `${(size / 1024).toFixed(1)}M` : `${size}.0K`) : size}\t${operand}\n`);
  }
  return 0;
};

/** md5sum and the like. */
export const digest = (algorithm: string): Command =>
  function* (process) {
    let code = 0;
    for (const operand of process.argv.slice(1)) {
      const text = readFile(process, operand);
      if (typeof text === 'string')
        yield* print(process, `${createHash(algorithm).update(Buffer.from(text, 'latin1')).digest('hex')}  ${operand}\n`);
      else code = yield* complain(process, `can't open '${operand}': ${text.message}`);
    }
    return code;
  };
