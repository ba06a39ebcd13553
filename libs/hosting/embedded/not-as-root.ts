import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lchownSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { onPath } from './server-process.js';

const nobody = 65534;

/** How PostgreSQL, which refuses to be root, is run by this user. */
export interface Guise {
  /** The command as it has to be started. */
  wrap(command: readonly string[]): string[];
  /** Makes a folder that belongs to the server and that others can't enter. */
  folder(folder: string): void;
  /** The packaged PostgreSQL where the server can read it: itself, or a copy below `home`. */
  programs(native: string, home: string): string;
}

const makeFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
};

const asWeAre: Guise = { wrap: (command) => [...command], folder: makeFolder, programs: (native) => native };

/** In a user namespace root bears another number, which satisfies PostgreSQL, while the files stay root's. */
function inNamespace(unshare: string): Guise {
  const prefix = [unshare, '--user', `--map-user=${nobody}`, `--map-group=${nobody}`];
  return { ...asWeAre, wrap: (command) => [...prefix, ...command] };
}

function giveAway(file: string): void {
  lchownSync(file, nobody, nobody);
  if (statSync(file).isDirectory()) for (const name of readdirSync(file)) giveAway(path.join(file, name));
}

/** Every folder above must let others pass. Throws an Error that names the one that does not. */
function checkWay(home: string): void {
  chmodSync(home, statSync(home).mode | 0o011);
  for (let above = path.dirname(home); above !== path.dirname(above); above = path.dirname(above)) {
    if ((statSync(above).mode & 0o001) !== 0) continue;
    throw new Error(
      `PostgreSQL does not run as root and can't pass ${above} as another user: set ORRERY_HOME to a folder elsewhere, or DATABASE_URL`,
    );
  }
}

/** Where namespaces are barred (many containers), the server really is nobody: what it needs is given to it. */
function asNobody(setpriv: string): Guise {
  return {
    wrap: (command) => [setpriv, `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', ...command],
    folder(folder) {
      checkWay(path.dirname(folder));
      makeFolder(folder);
      giveAway(folder);
    },
    programs(native, home) {
      const copy = path.join(home, 'postgres-programs');
      if (existsSync(copy)) return copy;
      rmSync(`${copy}.new`, { recursive: true, force: true });
      cpSync(native, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
      giveAway(`${copy}.new`);
      renameSync(`${copy}.new`, copy);
      return copy;
    },
  };
}

/** The guise for this user and this data folder. Throws an Error of one line where there is none. */
export function notAsRoot(data: string): Guise {
  if (process.getuid?.() !== 0) return asWeAre;
  const [unshare, setpriv] = [onPath('unshare'), onPath('setpriv')];
  const isNobodys = statSync(data, { throwIfNoEntry: false })?.uid === nobody;
  if (unshare && !isNobodys) {
    const [program = '', ...rest] = inNamespace(unshare).wrap(['true']);
    if (spawnSync(program, rest, { stdio: 'ignore', timeout: 5_000 }).status === 0) return inNamespace(unshare);
  }
  if (setpriv) return asNobody(setpriv);
  throw new Error(
    'PostgreSQL does not run as root, and there is no `unshare` or `setpriv` here: start Orrery as another user, or set DATABASE_URL',
  );
}
