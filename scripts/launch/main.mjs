// Brings up the whole service: packages, build, PostgreSQL and Redis, migrations, api and worker, the demo cluster.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { install } from './install.mjs';
import { ServiceProcess } from './processes.mjs';
import { removeRunFile, takeOver, writeRunFile } from './run-file.mjs';
import { StartError } from './start-error.mjs';

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
const say = (line) => process.stdout.write(`${line}\n`);

/** Told before anything is started; apps' own configuration says the same. */
const urlShapes = [
  ['DATABASE_URL', /^postgres(ql)?:\/\//, 'postgres://'],
  ['REDIS_URL', /^rediss?:\/\//, 'redis:// or rediss://'],
];

function settings() {
  const { ORRERY_HOME, ORRERY_PORT, ORRERY_HOST } = process.env;
  const port = Number(ORRERY_PORT || 8443);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new StartError(`ORRERY_PORT=${ORRERY_PORT} is no port: give a number from 1 to 65535`);
  for (const [name, shape, wanted] of urlShapes) {
    if (process.env[name] && !shape.test(process.env[name])) throw new StartError(`bad configuration: ${name}: must be a ${wanted} URL`);
  }
  return {
    home: path.resolve(process.cwd(), ORRERY_HOME || '.orrery'),
    shownHome: ORRERY_HOME || '.orrery',
    port,
    host: ORRERY_HOST || '127.0.0.1',
  };
}

/** Throws StartError when something listens there already. */
function checkPort({ host, port }) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (error) => {
      const why = {
        EADDRINUSE: `port ${port} on ${host} is taken: set ORRERY_PORT to a free one`,
        EACCES: `port ${port} may not be used by this user: set ORRERY_PORT to one above 1023`,
        EADDRNOTAVAIL: `this machine has no address ${host}: correct ORRERY_HOST`,
      };
      reject(new StartError(why[error.code] ?? `can't listen on ${host}:${port}: ${error.message}`));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(resolve));
  });
}

const fromDist = (file) => import(path.join(root, 'dist', file));

/** What has to be ended, the last started first. */
class Running {
  constructor() {
    this.parts = [];
    this.ending = undefined;
  }

  add(name, stop) {
    this.parts.unshift({ name, stop });
  }

  end() {
    this.ending ??= (async () => {
      for (const { name, stop } of this.parts)
        await Promise.resolve(stop()).catch((error) => say(`orrery: stopping ${name}: ${error.message}`));
    })();
    return this.ending;
  }
}

/** PostgreSQL and Redis: the ones the environment names, or embedded ones. Answers their URLs. */
async function startServers(home, running) {
  const { startPostgres, startRedis } = await fromDist('libs/hosting/embedded/index.js');
  const { DATABASE_URL, REDIS_URL } = process.env;
  const started = await Promise.allSettled([
    DATABASE_URL ? { url: DATABASE_URL, stop() {} } : startPostgres({ home }),
    REDIS_URL ? { url: REDIS_URL, stop() {} } : startRedis({ home, onProgress: say }),
  ]);
  for (const [index, result] of started.entries()) {
    if (result.status === 'fulfilled') running.add(['PostgreSQL', 'Redis'][index], () => result.value.stop());
  }
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) throw new StartError(failed.reason.message);
  const [postgres, redis] = started.map((result) => result.value);
  return { DATABASE_URL: postgres.url, REDIS_URL: redis.url, pids: [postgres.pid, redis.pid].filter(Boolean) };
}

async function startService({ home, host, port }, running, fail) {
  const servers = await startServers(home, running);
  const { applyMigrations } = await fromDist('libs/hosting/embedded/index.js');
  await applyMigrations(servers.DATABASE_URL).catch((error) => {
    throw new StartError(error.message);
  });
  const { pids: _, ...urls } = servers;
  const env = {
    ...urls,
    ORRERY_HOME: home,
    ORRERY_HOST: host,
    ORRERY_PORT: String(port),
    NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/orrery/compile'),
  };
  const make = (name) =>
    new ServiceProcess({
      name,
      script: `apps/${name}/main.js`,
      root,
      logFile: path.join(home, 'logs', `${name}.log`),
      env,
      onGivenUp: fail,
    });
  const [api, worker] = [make('api'), make('worker')];
  // Together: the api's last requests may wait for the worker, and the other way round.
  running.add('the service', () => Promise.all([api.stop(), worker.stop()]));
  const note = () =>
    writeRunFile(
      home,
      [api, worker].filter((p) => p.pid).map((p) => ({ pid: p.pid, mark: path.join(root, 'dist') })),
    );
  const starting = Promise.all([api.start(), worker.start()]);
  note();
  await starting;
}

async function showWhereItIs({ home, shownHome, host, port }) {
  const [{ restClient }, { ensureDemo }] = await Promise.all([import('./rest.mjs'), import('./demo.mjs')]);
  const everywhere = ['0.0.0.0', '::'].includes(host);
  const origin = `https://${everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
  const file = (name) => path.join(shownHome, name);
  const ca = fs.readFileSync(path.join(home, 'pki/ca.crt'), 'utf8');
  const token = fs.readFileSync(path.join(home, 'admin-token'), 'utf8').trim();
  await ensureDemo(restClient({ origin, ca, token }), path.join(home, 'demo.kubeconfig'));
  say(`API         ${origin}`);
  say(`GraphQL     ${origin}/graphql`);
  say(`kubeconfig  ${file('demo.kubeconfig')}`);
  say(`admin token ${file('admin-token')}`);
  say('Try first:');
  say(`  export KUBECONFIG=${file('demo.kubeconfig')}`);
  say('  kubectl get nodes -o wide');
  say('  kubectl create deployment web --image=nginx --replicas=3 && kubectl rollout status deployment/web');
}

/** Resolves when asked to end, or rejects with what makes going on impossible. */
function untilEnd() {
  let fail = () => {};
  const ended = new Promise((resolve, reject) => {
    fail = (message) => reject(new StartError(message));
    let asked = false;
    const onSignal = () => {
      if (asked) return;
      asked = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  });
  ended.catch(() => {});
  return { ended, fail };
}

async function start(at, running, fail) {
  await install({ root, say });
  const { build } = await import('../build.mjs');
  await build({ onStart: (files) => say(`Building (${files} files) …`) });
  fs.mkdirSync(at.home, { recursive: true, mode: 0o700 });
  await takeOver(at.home);
  await checkPort(at);
  writeRunFile(at.home, []);
  running.add('the run file', () => removeRunFile(at.home));
  await startService(at, running, fail);
  await showWhereItIs(at);
}

/** Runs the service until it is asked to end. */
export async function main() {
  const running = new Running();
  const { ended, fail } = untilEnd();
  try {
    const at = settings();
    const begun = performance.now();
    // An end that is asked for while starting ends what has been started so far.
    const first = await Promise.race([start(at, running, fail).then(() => 'up'), ended.then(() => 'end')]);
    if (first === 'up') {
      say(`Ready in ${((performance.now() - begun) / 1000).toFixed(1)} s; Ctrl-C ends it.`);
      await ended;
    }
    await running.end();
    process.exit(0);
  } catch (error) {
    await running.end();
    process.stderr.write(`orrery: ${error instanceof StartError ? error.message : (error.stack ?? error)}\n`);
    process.exit(1);
  }
}
