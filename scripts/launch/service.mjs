// The parts of the service in their order: the servers, the migrations, api and worker.
import path from 'node:path';
import { orAborted } from './ending.mjs';
import { LogFile } from './log-file.mjs';
import { ServiceProcess } from './processes.mjs';
import { writeRunFile } from './run-file.mjs';
import { StartError } from './start-error.mjs';

/** Milliseconds after which run.json is written again if it could not be. */
const RETRY_NOTE = 1_000;

/**
 * MiB of each half of V8's young generation. The worker makes half a MiB of garbage for each pod it starts: a larger one is collected less
 * often, and less of it is still in use then.
 */
const SEMI_SPACE = { api: 32, worker: 64 };

/** PostgreSQL and Redis: those set in the environment, or embedded ones. */
async function startServers({ home, embedded, running, signal, say, onRestart }) {
  const { DATABASE_URL, REDIS_URL } = process.env;
  const told = (line) => {
    say(line);
    onRestart();
  };
  const [postgres, redis] = await Promise.allSettled([
    DATABASE_URL ? { url: DATABASE_URL, stop() {} } : embedded.startPostgres({ home, signal, onRestart: told }),
    REDIS_URL ? { url: REDIS_URL, stop() {} } : embedded.startRedis({ home, signal, onProgress: say, onRestart: told }),
  ]);
  for (const [name, result] of Object.entries({ PostgreSQL: postgres, Redis: redis })) {
    if (result.status === 'fulfilled') running.add(name, () => result.value.stop());
  }
  signal.throwIfAborted();
  for (const { reason } of [postgres, redis]) if (reason) throw new StartError(reason.message);
  return { postgres: postgres.value, redis: redis.value };
}

/**
 * Starts everything; what has to be stopped is added to `running` as it is started. Throws StartError.
 * @returns {Promise<{api: ServiceProcess, worker: ServiceProcess}>}
 */
export async function startService({ at, root, running, signal, say }) {
  const { home, host, port, stallTimeout } = at;
  const embedded = await import(path.join(root, 'dist/libs/hosting/embedded/index.js'));
  const processes = [];
  let servers = {};
  let retry;
  const note = () => {
    clearTimeout(retry);
    if (signal.aborted) return;
    const named = ([name, { pid }]) => ({ name, pid });
    try {
      writeRunFile(
        home,
        processes.filter((p) => p.pid).map((p) => ({ name: p.options.name, pid: p.pid, url: p.ready?.ops })),
        Object.entries(servers)
          .map(named)
          .filter(({ pid }) => pid),
      );
    } catch {
      // A full disk must not end the service; /readyz reports it.
      retry = setTimeout(note, RETRY_NOTE).unref();
    }
  };
  servers = await startServers({ home, embedded, running, signal, say, onRestart: note });
  const migrated = embedded.applyMigrations(servers.postgres.url).catch((error) => {
    throw new StartError(error.message);
  });
  await orAborted(migrated, signal);
  const env = {
    DATABASE_URL: servers.postgres.url,
    REDIS_URL: servers.redis.url,
    ORRERY_HOME: home,
    ORRERY_HOST: host,
    ORRERY_PORT: String(port),
    NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/orrery/compile'),
  };
  const make = (name) => {
    const log = new LogFile(path.join(home, 'logs', `${name}.log`));
    const run = { name, script: `apps/${name}/main.js`, semiSpace: SEMI_SPACE[name] };
    const made = new ServiceProcess({ ...run, root, log, env, stallTimeout, say, onStarted: note });
    processes.push(made);
    return made;
  };
  const [api, worker] = [make('api'), make('worker')];
  // Concurrently: the api's last requests may wait for the worker, and vice versa.
  running.add('the service', () => Promise.all([api.stop(), worker.stop()]));
  await orAborted(Promise.all([api.start(), worker.start()]), signal);
  return { api, worker };
}
