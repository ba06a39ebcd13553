import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lchownSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { onPath } from './server-process.js';

const nobody = 65534;

/** How PostgreSQL, which refuses to run as root, is run by this user. */
export interface Guise {
  /** The command with which it has to be started. */
  wrap(command: readonly string[]): string[];
  /** Creates a folder that belongs to the server and that others cannot enter. */
  folder(folder: string): void;
  /** The packaged PostgreSQL in a place where the server can read it: itself, or a copy below `home`. */
  programs(native: string, home: string): string;
}

const makeFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
};

const asWeAre: Guise = { wrap: (command) => [...command], folder: makeFolder, programs: (native) => native };

/** Whether an unprivileged user with this uid, and a gid of the same number, can enter a folder. */
function canPass(folder: string, id: number): boolean {
  const { uid, gid, mode } = statSync(folder);
  const bit = uid === id ? 0o100 : gid === id ? 0o010 : 0o001;
  return (mode & bit) !== 0;
}

/** The folders from the root down to this one. */
function wayTo(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [...wayTo(above), folder];
}

/** Throws an Error that names the folder on the way to the home that PostgreSQL cannot enter. */
function checkWay(home: string, id: number): void {
  const barred = wayTo(home).find((folder) => !canPass(folder, id));
  if (barred === undefined) return;
  throw new Error(
    `PostgreSQL does not run as root and can't enter ${barred} as another user: set ORRERY_HOME to a folder elsewhere, or DATABASE_URL`,
  );
}

/** A copy of the programs below the home, created once. */
function copyPrograms(native: string, home: string, finish: (copy: string) => void): string {
  const copy = path.join(home, 'postgres-programs');
  if (existsSync(copy)) return copy;
  const draft = `${copy}.new`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  finish(draft);
  renameSync(draft, copy);
  return copy;
}

/** In a user namespace root has another uid, which satisfies PostgreSQL; the files stay root's, but without privileges. */
function inNamespace(unshare: string): Guise {
  const prefix = [unshare, '--user', `--map-user=${nobody}`, `--map-group=${nobody}`];
  return {
    wrap: (command) => [...prefix, ...command],
    folder(folder) {
      checkWay(path.dirname(folder), 0);
      makeFolder(folder);
    },
    programs: (native, home) =>
      wayTo(path.join(native, 'bin')).every((folder) => canPass(folder, 0)) ? native : copyPrograms(native, home, () => undefined),
  };
}

function giveAway(file: string): void {
  lchownSync(file, nobody, nobody);
  if (statSync(file).isDirectory()) for (const name of readdirSync(file)) giveAway(path.join(file, name));
}

/** Where user namespaces are not permitted (many containers), the server runs as nobody and is given ownership of its files. */
function asNobody(setpriv: string): Guise {
  return {
    wrap: (command) => [setpriv, `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', ...command],
    folder(folder) {
      const home = path.dirname(folder);
      chmodSync(home, statSync(home).mode | 0o011);
      checkWay(home, nobody);
      makeFolder(folder);
      giveAway(folder);
    },
    programs: (native, home) => copyPrograms(native, home, giveAway),
  };
}

/** The way to run it for this user and this data folder. Throws an Error with a one-line message if there is none. */
export function notAsRoot(data: string): Guise {
  if (process.getuid?.() !== 0) return asWeAre;
  const [unshare, setpriv] = [onPath('unshare'), onPath('setpriv')];
  const owner = statSync(data, { throwIfNoEntry: false })?.uid;
  const isNobodys = owner === nobody;
  if (owner !== undefined && owner !== 0 && !isNobodys)
    throw new Error(`${data} belongs to another user (uid ${owner}): start Orrery as that user, or set ORRERY_HOME to another folder`);
  if (unshare && !isNobodys) {
    const [program = '', ...rest] = inNamespace(unshare).wrap(['true']);
    if (spawnSync(program, rest, { stdio: 'ignore', timeout: 5_000 }).status === 0) return inNamespace(unshare);
  }
  if (setpriv) return asNobody(setpriv);
  throw new Error(
    'PostgreSQL does not run as root, and there is no `unshare` or `setpriv` here: start Orrery as another user, or set DATABASE_URL',
  );
}
