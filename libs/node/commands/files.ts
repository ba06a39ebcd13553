import { FileError } from '../files/file-system.js';
import { type Node, normalized } from '../files/nodes.js';
import type { Body } from '../shell/kernel.js';
import { type Command, CommandError, complain, type Process, pathIn, print } from '../shell/process.js';
import { writeTo } from '../shell/streams.js';
import { basename, digest, dirname, du, find, modeText, ownersIn, readlink, sizeOf, stat } from './file-facts.js';
import { optionsOf } from './options.js';
import { owning } from './owners.js';

/** Commands for files and directories. */

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

function longLine({ node, name }: { node: Node; name: string }, owners: ReturnType<typeof ownersIn>, now: number): string {
  const at = new Date(node.modified);
  const two = (value: number): string => String(value).padStart(2, '0');
  const recent = now - node.modified < 180 * 86_400_000;
  const time = recent ? `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}` : ` ${at.getUTCFullYear()}`;
  const date = `${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${time}`;
  const links = node.kind === 'dir' ? 2 : 1;
  const shown = node.kind === 'link' ? `${name} -> ${node.target}` : name;
  const [owner, group] = owners(node);
  return `${modeText(node)}    ${links} ${owner.padEnd(8)} ${group.padEnd(8)} ${String(sizeOf(node)).padStart(9)} ${date} ${shown}`;
}

const ls: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 'alA1hdtrRFiSnXL', long: { all: 'a' } });
  const { files, output } = process;
  const now = process.kernel.now;
  let code = 0;
  const format = (entries: ReadonlyArray<{ name: string; node: Node }>): string => {
    if (options.has('l')) {
      const owners = ownersIn(files);
      return entries.map((entry) => `${longLine(entry, owners, now)}\n`).join('');
    }
    if (entries.length === 0) return '';
    const names = entries.map(({ name, node }) => (options.has('F') && node.kind === 'dir' ? `${name}/` : name));
    return output.terminal && !options.has('1') ? `${names.join('  ')}\n` : `${names.join('\n')}\n`;
  };
  const sorted = (entries: Array<{ name: string; node: Node }>) => {
    if (options.has('t')) entries.sort((a, b) => b.node.modified - a.node.modified);
    if (options.has('S')) entries.sort((a, b) => sizeOf(b.node) - sizeOf(a.node));
    return options.has('r') ? entries.reverse() : entries;
  };
  const operands = options.operands.length === 0 ? ['.'] : options.operands;
  const single: Array<{ name: string; node: Node }> = [];
  const directories: string[] = [];
  for (const operand of operands) {
    const node = files.stat(pathIn(process, operand), options.has('l') && !operand.endsWith('/')) ?? files.stat(pathIn(process, operand));
    if (node === undefined) {
      yield* writeTo(process.errors, `ls: ${operand}: No such file or directory\n`);
      code = 1;
    } else if (node.kind === 'dir' && !options.has('d')) directories.push(operand);
    else single.push({ name: operand, node });
  }
  yield* print(process, format(sorted(single)));
  for (let at = 0; at < directories.length; at++) {
    const directory = directories[at] ?? '.';
    const base = pathIn(process, directory);
    const names = files.list(base).filter((name) => options.has('a') || options.has('A') || !name.startsWith('.'));
    const entries = names.flatMap((name) => {
      const node = files.stat(`${base}/${name}`, !options.has('L'));
      return node ? [{ name, node }] : [];
    });
    if (options.has('R')) directories.push(...entries.filter(({ node }) => node.kind === 'dir').map(({ name }) => `${directory}/${name}`));
    const dots = options.has('a')
      ? ['.', '..'].flatMap((name) => {
          const node = files.stat(normalized(name, base));
          return node ? [{ name, node }] : [];
        })
      : [];
    if (directories.length + single.length > 1 || options.has('R'))
      yield* print(process, `${at > 0 || single.length > 0 ? '\n' : ''}${directory}:\n`);
    if (options.has('l')) yield* print(process, `total ${entries.length * 4}\n`);
    yield* print(process, format([...dots, ...sorted(entries)]));
    yield undefined;
  }
  return code;
};

/** Does something for each operand; complains about those for which it fails. */
function* forEach(
  process: Process,
  operands: readonly string[],
  what: (path: string, operand: string) => void,
  verb: (operand: string) => string,
): Body {
  if (operands.length === 0) throw new CommandError('missing operand');
  let code = 0;
  for (const operand of operands) {
    try {
      what(pathIn(process, operand), operand);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      code = yield* complain(process, `${verb(operand)}: ${error.message}`);
    }
    yield undefined;
  }
  return code;
}

const mkdir: Command = (process) => {
  const { operands, has } = optionsOf(process.argv, { flags: 'pv', valued: 'm' });
  return forEach(
    process,
    operands,
    (path) => process.files.makeDirectory(path, has('p')),
    (operand) => `can't create directory '${operand}'`,
  );
};

const rmdir: Command = (process) => {
  const { operands } = optionsOf(process.argv, { flags: 'p' });
  const remove = (path: string) => {
    const node = process.files.stat(path);
    if (node?.kind !== 'dir') throw new FileError(node ? 'Not a directory' : 'No such file or directory');
    process.files.remove(path, node.entries.size === 0);
  };
  return forEach(process, operands, remove, (operand) => `'${operand}'`);
};

const touch: Command = (process) => {
  const { operands, has } = optionsOf(process.argv, { flags: 'acm', valued: 'drt' });
  const make = (path: string) => {
    const node = process.files.stat(path);
    if (node) node.modified = process.kernel.now;
    else if (!has('c')) process.files.write(path, '');
  };
  return forEach(process, operands, make, (operand) => operand);
};

const rm: Command = (process) => {
  const { operands, has } = optionsOf(process.argv, { flags: 'rRfiv' });
  if (operands.length === 0 && has('f')) return 0;
  const recursive = has('r') || has('R');
  const remove = (path: string) => {
    const node = process.files.stat(path, true);
    if (node === undefined && has('f')) return;
    if (node?.kind === 'dir' && !recursive) throw new FileError('is a directory');
    process.files.remove(path, recursive);
  };
  return forEach(process, operands, remove, (operand) => `can't remove '${operand}'`);
};

/** The target of cp, mv and ln for one source: below it if it is a directory. */
function targetFor(process: Process, source: string, target: string): string {
  const path = pathIn(process, target);
  if (process.files.stat(path)?.kind !== 'dir') return path;
  return normalized(source.replace(/\/+$/, '').split('/').at(-1) ?? '', path);
}

function copy(process: Process, from: string, to: string, recursive: boolean): void {
  const node = process.files.stat(from);
  if (node === undefined) throw new FileError('No such file or directory');
  if (node.kind === 'file') process.files.write(to, node.content, { mode: node.mode, zeros: node.zeros ?? 0 });
  else if (node.kind === 'dir') {
    if (!recursive) throw new FileError('omitting directory');
    if (`${to}/`.startsWith(`${from}/`)) throw new FileError('recursion detected');
    if (process.files.stat(to) === undefined) process.files.makeDirectory(to);
    for (const name of [...node.entries.keys()]) copy(process, `${from}/${name}`, `${to}/${name}`, recursive);
  }
}

function sourcesAndTarget(operands: readonly string[]): { sources: readonly string[]; target: string } {
  const target = operands.at(-1);
  if (operands.length < 2 || target === undefined) throw new CommandError('missing operand');
  return { sources: operands.slice(0, -1), target };
}

const cp: Command = (process) => {
  const { operands, has } = optionsOf(process.argv, { flags: 'rRafpLPHivdu' });
  const { sources, target } = sourcesAndTarget(operands);
  const recursive = has('r') || has('R') || has('a');
  return forEach(
    process,
    sources,
    (path, source) => copy(process, path, targetFor(process, source, target), recursive),
    (operand) => `can't stat '${operand}'`,
  );
};

const mv: Command = (process) => {
  const { operands } = optionsOf(process.argv, { flags: 'finv' });
  const { sources, target } = sourcesAndTarget(operands);
  return forEach(
    process,
    sources,
    (path, source) => process.files.move(path, targetFor(process, source, target)),
    (operand) => `can't rename '${operand}'`,
  );
};

const ln: Command = (process) => {
  const { operands, has } = optionsOf(process.argv, { flags: 'sfnv' });
  const { sources, target } = sourcesAndTarget(operands);
  const make = (path: string, source: string) => {
    const at = targetFor(process, source, target);
    if (has('f') && process.files.stat(at, true)) process.files.remove(at);
    if (has('s')) process.files.link(at, source);
    else copy(process, path, at, false);
  };
  return forEach(process, sources, make, (operand) => operand);
};

const chmod: Command = (process) => {
  const { operands } = optionsOf(
    process.argv.map((word, at) => (at > 0 && /^-[rwx]+$/.test(word) ? `a${word}` : word)),
    { flags: 'Rvf' },
  );
  const [mode = '', ...paths] = operands;
  const change = (path: string) => {
    const node = process.files.stat(path);
    if (node === undefined) throw new FileError('No such file or directory');
    if (node.kind === 'link') return;
    if (/^[0-7]{1,4}$/.test(mode)) node.mode = Number.parseInt(mode, 8);
    else {
      for (const clause of mode.split(',')) {
        const [, who = '', operator = '', what = ''] = /^([ugoa]*)([-+=])([rwxX]*)$/.exec(clause) ?? [];
        if (operator === '') throw new CommandError(`invalid mode '${mode}'`);
        const shifts = [...((who === '' || who.includes('a') ? 'ugo' : who) as string)].map((one) => ({ u: 6, g: 3, o: 0 })[one] ?? 0);
        const bits = [...what].reduce((sum, letter) => sum | ({ r: 4, w: 2, x: 1, X: 1 }[letter] ?? 0), 0);
        for (const shift of shifts) {
          if (operator === '=') node.mode &= ~(7 << shift);
          node.mode = operator === '-' ? node.mode & ~(bits << shift) : node.mode | (bits << shift);
        }
      }
    }
  };
  return forEach(process, paths, change, (operand) => operand);
};

/** File commands by name. */
export const fileCommands: Readonly<Record<string, Command>> = {
  ls,
  mkdir,
  rmdir,
  touch,
  rm,
  cp,
  mv,
  ln,
  chmod,
  chown: owning('chown'),
  chgrp: owning('chgrp'),
  sync: () => 0,
  stat,
  find,
  readlink,
  realpath: readlink,
  basename,
  dirname,
  du,
  md5sum: digest('md5'),
  sha256sum: digest('sha256'),
};
