// The service in this folder, started in a home of its own for a measurement, and its processes' memory and CPU.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { restClient } from '../../scripts/launch/rest.mjs';

const root = path.resolve(import.meta.dirname, '../..');

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

function childrenOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').flatMap((child) => [Number(child), ...childrenOf(Number(child))]);
}

/** '' if the process has ended. */
const commandOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

/** Starts `npm start`'s launcher; resolves when it has printed everything. */
export async function startService() {
  const home = mkdtempSync(path.join(tmpdir(), 'orrery-bench-'));
  const port = await freePort();
  const started = performance.now();
  const child = spawn(process.execPath, [path.join(root, 'scripts/start.mjs')], {
    env: { ...process.env, ORRERY_HOME: home, ORRERY_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  await new Promise((resolve, reject) => {
    const hear = (chunk) => {
      said += chunk;
      if (said.includes('Try first')) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the service ended (${code}): ${said}`)));
  });
  const startMs = Math.round(performance.now() - started);
  const rest = restClient({
    origin: `https://127.0.0.1:${port}`,
    ca: readFileSync(path.join(home, 'pki/ca.crt'), 'utf8'),
    token: readFileSync(path.join(home, 'admin-token'), 'utf8').trim(),
  });
  const pids = () => childrenOf(child.pid).filter((pid) => existsSync(`/proc/${pid}`));
  const spent = new Map();
  const pidsOf = (pattern) => pids().filter((pid) => pattern.test(commandOf(pid)));
  const ours = () => pidsOf(/apps\/(api|worker)\/main\.js/);
  return {
    home,
    startMs,
    /** Where the worker shows its metrics. */
    workerMetrics: /(\S+\/metrics) \(worker\)/.exec(said)?.[1],
    origin: `https://127.0.0.1:${port}`,
    ca: readFileSync(path.join(home, 'pki/ca.crt'), 'utf8'),
    adminToken: readFileSync(path.join(home, 'admin-token'), 'utf8').trim(),
    /** Its processes whose command line matches. */
    pids: pidsOf,
    /** Creates a cluster; returns the platform's response and the path of its kubeconfig. */
    async createCluster(body) {
      const answer = await rest('POST', '/platform/v1/clusters', body);
      if (answer.status !== 201) throw new Error(`creating a cluster: ${answer.status} ${answer.text}`);
      const cluster = answer.json();
      const kubeconfig = path.join(home, `${body.name}.kubeconfig`);
      writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
      return { ...cluster, kubeconfigFile: kubeconfig };
    },
    rest,
    /** Resident memory of api and worker together, MiB. */
    memory: () =>
      ours().reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0), 0) / 1024,
    /** The most resident memory that processes have had whose command line matches, together, MiB. */
    peakMemory: (pattern) =>
      pidsOf(pattern).reduce((sum, pid) => sum + Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0), 0) /
      1024,
    /** CPU seconds of all processes of the service so far, including those that have ended, as far as they were seen. */
    cpu() {
      for (const pid of pids()) {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
        spent.set(pid, (Number(fields[11]) + Number(fields[12])) / 100);
      }
      return [...spent.values()].reduce((sum, seconds) => sum + seconds, 0);
    },
    databaseUrl: () => {
      const folder = path.join(home, 'run');
      if (!readdirSync(folder).some((name) => name.startsWith('.s.PGSQL'))) throw new Error('no database socket');
      return `postgresql://orrery@localhost/postgres?host=${encodeURIComponent(folder)}`;
    },
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      rmSync(home, { recursive: true, force: true });
    },
  };
}
