import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { onPath } from './server-process.js';

const run = promisify(execFile);
const packages = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

/** A Redis program, and the environment it needs. */
export interface RedisProgram {
  file: string;
  env: NodeJS.ProcessEnv;
}

const advice = 'no Redis found: install redis-server or valkey-server, or set REDIS_URL to a running one';

function unpackedIn(folder: string): RedisProgram | undefined {
  const file = ['redis-server', 'redis-check-rdb'].map((name) => path.join(folder, 'usr/bin', name)).find((name) => existsSync(name));
  if (!file) return undefined;
  const libraries = path.join(folder, 'usr/lib');
  const below = existsSync(libraries) ? readdirSync(libraries).map((name) => path.join(libraries, name)) : [];
  return { file: path.join(folder, 'usr/bin/redis-server'), env: { LD_LIBRARY_PATH: [...below, libraries].join(':') } };
}

/** Debian's own tools, with all their state in a folder of ours: no root needed, nothing is installed. */
async function unpackDebian(folder: string, signal?: AbortSignal): Promise<void> {
  const work = `${folder}.new`;
  rmSync(work, { recursive: true, force: true });
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'debs']) mkdirSync(path.join(work, part), { recursive: true });
  const options = [
    ['Dir::State', path.join(work, 'state')],
    ['Dir::State::status', '/var/lib/dpkg/status'],
    ['Dir::Cache', path.join(work, 'cache')],
    ['APT::Sandbox::User', ''],
    ['Debug::NoLocking', '1'],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = (...command: string[]): Promise<unknown> =>
    run('apt-get', [...options, '-qq', ...command], {
      cwd: path.join(work, 'debs'),
      env: { ...process.env, LC_ALL: 'C' },
      signal,
    });
  await apt('update');
  await apt('download', ...packages);
  for (const deb of readdirSync(path.join(work, 'debs'))) await run('dpkg-deb', ['-x', path.join(work, 'debs', deb), work]);
  for (const part of ['state', 'cache', 'debs']) rmSync(path.join(work, part), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(work, folder);
}

/** The Redis to start: from the PATH, or unpacked once for this user from Debian's packages. Throws an Error that says what to do. */
export async function redisProgram(onProgress: (line: string) => void = () => {}, signal?: AbortSignal): Promise<RedisProgram> {
  const installed = onPath('redis-server') ?? onPath('valkey-server');
  if (installed) return { file: installed, env: {} };
  const folder = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'orrery/redis');
  const there = unpackedIn(folder);
  if (there) return there;
  if (!onPath('apt-get') || !onPath('dpkg-deb')) throw new Error(advice);
  onProgress('Fetching Redis from the system’s package archive (once) …');
  mkdirSync(path.dirname(folder), { recursive: true });
  try {
    await unpackDebian(folder, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(`${advice} (fetching it failed: ${stderr.trim().split('\n')[0] || (error as Error).message})`);
  }
  const unpacked = unpackedIn(folder);
  if (!unpacked) throw new Error(advice);
  return unpacked;
}
