import { FileError } from '../files/file-system.js';
import { type Command, CommandError, complain, type Process, pathIn } from '../shell/process.js';
import { optionsOf } from './options.js';

/** chown and chgrp. */

/** The number of a user or a group, by the file that names them; undefined for ''. */
function numberOf({ files }: Process, kind: 'user' | 'group', text: string): number | undefined {
  if (text === '') return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  const path = kind === 'user' ? '/etc/passwd' : '/etc/group';
  const lines = files.stat(path)?.kind === 'file' ? files.read(path).split('\n') : [];
  const found = lines.find((line) => line.startsWith(`${text}:`))?.split(':')[2];
  if (found === undefined) throw new CommandError(`unknown ${kind} ${text}`);
  return Number(found);
}

/** Gives files to a user and a group: `user`, `user:group`, `:group`; chgrp to a group. */
export const owning = (name: 'chown' | 'chgrp'): Command =>
  function* (process) {
    const { operands, has } = optionsOf(process.argv, { flags: 'RhLHPvcf' });
    const [owner = '', ...paths] = operands;
    const [user = '', group = ''] = name === 'chgrp' ? ['', owner] : owner.split(/[:.](.*)/s);
    const to = { uid: numberOf(process, 'user', user), gid: numberOf(process, 'group', group) };
    let code = 0;
    const queue = paths.map((path) => pathIn(process, path));
    for (let at = 0; at < queue.length; at++) {
      const path = queue[at] ?? '';
      try {
        process.files.own(path, to);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        code = yield* complain(process, `${paths[at] ?? path}: ${error.message}`);
        continue;
      }
      if (has('R') && process.files.stat(path, true)?.kind === 'dir')
        for (const entry of process.files.list(path)) queue.push(`${path}/${entry}`);
      yield undefined;
    }
    return code;
  };
