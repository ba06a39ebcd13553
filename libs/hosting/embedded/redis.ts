import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { Redis } from 'ioredis';
import { keptRunning } from './kept-running.js';
import { type RedisProgram, redisProgram } from './redis-program.js';
import { dyingWithParent, type EmbeddedServer, endOrphan, ServerProcess } from './server-process.js';

/** Options of the embedded Redis. */
export interface RedisOptions {
  home: string;
  log?: (text: string) => void;
  /** Whether it is restarted when it dies. */
  revive?: boolean;
  /** Called with a line for what takes long. */
  onProgress?: (line: string) => void;
  /** Called with a line for every restart. */
  onRestart?: (line: string) => void;
  /** Aborts a start. */
  signal?: AbortSignal;
}

/**
 * A free port below the ephemeral range (outgoing connections use 32768 and up), so that it is still free when a server that died is
 * restarted.
 */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port for Redis between 20000 and 32000: end what listens there, or set REDIS_URL');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    // For a connection that has already ended, disconnect() would leave a timer behind.
    if (client.status !== 'end' && client.status !== 'close') client.disconnect();
  }
}

/** Quotes a word that may contain blanks, as redis.conf is parsed (sdssplitargs in its source). */
const quoted = (text: string): string => `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;

async function launch(
  program: RedisProgram,
  { folder, revive = true, log, onRestart, signal }: RedisOptions & { folder: string },
): Promise<EmbeddedServer> {
  const port = await freePort();
  const password = randomBytes(24).toString('hex');
  // Nothing is persisted: Redis holds messages and queues, and what is lost is found again in PostgreSQL.
  const config = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${quoted(folder)}`,
    'save ""',
    'appendonly no',
    'maxmemory-policy noeviction',
    'loglevel warning',
  ];
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const pidFile = path.join(folder, 'redis.pid');
  const start = async (): Promise<ServerProcess> => {
    const command = dyingWithParent([program.file, '-'], 'TERM');
    const server = new ServerProcess(command, { input: `${config.join('\n')}\n`, env: program.env, log });
    await server.untilReady('Redis', () => answers(url), signal);
    writeFileSync(pidFile, String(server.pid), { mode: 0o600 });
    return server;
  };
  const kept = await keptRunning(start, { name: 'Redis', signal: 'SIGTERM', revive, onRestart });
  return {
    url,
    get pid() {
      return kept.pid;
    },
    async stop() {
      await kept.stop();
      rmSync(pidFile, { force: true });
    },
  };
}

/**
 * Starts Redis on loopback with a generated password: the server on the PATH, or Debian's unpacked below `home`. One that a killed launcher
 * left behind is stopped first. Throws an Error with one line that says how to get a Redis.
 */
export async function startRedis(options: RedisOptions): Promise<EmbeddedServer> {
  const folder = path.join(path.resolve(options.home), 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pidFile = path.join(folder, 'redis.pid');
  if (existsSync(pidFile)) await endOrphan(Number(readFileSync(pidFile, 'utf8')), '-server', 'SIGTERM');
  const program = await redisProgram(options.onProgress, options.signal);
  try {
    return await launch(program, { ...options, folder });
  } catch {
    options.signal?.throwIfAborted();
    // The port may have been taken between the check and its use.
    return launch(program, { ...options, folder });
  }
}
