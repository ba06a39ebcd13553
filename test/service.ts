import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '..');

/** A response of the service. */
export interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

/** Options of a request. */
export interface RequestOptions {
  method?: string;
  token?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** The launcher as a separate process. */
export interface Launched {
  launcher: ChildProcess;
  /** All its output so far. */
  said(): string;
  /** Resolves with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

/** A cluster of the running service. */
export interface MadeCluster {
  id: string;
  token: string;
  kubeconfig: string;
}

/** The whole service as started by `npm start`, in a home of its own. */
export interface Service {
  home: string;
  origin: string;
  /** The CA of its certificate, PEM. */
  ca: string;
  launcher: ChildProcess;
  adminToken: string;
  said: string;
  request(path: string, options?: RequestOptions): Promise<Answer>;
  createCluster(body: Record<string, unknown>): Promise<MadeCluster>;
  /** pids of api, worker, postgres …, by their command line. */
  pids(pattern: RegExp): number[];
  stop(): Promise<void>;
}

/** Sends requests to an api. */
export function requesterOf(origin: string, agent: https.Agent): Service['request'] {
  return (at, { method = 'GET', token, headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const sent = {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body ? { 'content-length': String(Buffer.byteLength(body)) } : {}),
        ...headers,
      };
      const call = https.request(new URL(at, origin), { method, agent, headers: sent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        );
        response.on('error', reject);
      });
      call.on('error', reject);
      call.end(body);
    });
}

/** A port that was free a moment ago, below those that the kernel gives to outgoing connections. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** All descendants of a process. */
export function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').flatMap((child) => [Number(child), ...childrenOf(Number(child))]);
  } catch {
    return [];
  }
}

/** The command line of a process; empty if it does not exist. */
export const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

/** Whether a process is alive; a zombie is not. */
export const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Resolves as soon as the condition is true; false if it is not within the given milliseconds. */
export async function until(condition: () => unknown, within = 90_000): Promise<boolean> {
  for (const end = performance.now() + within; performance.now() < end; await sleep(20)) if (await condition()) return true;
  return Boolean(await condition());
}

/**
 * Starts `npm start`'s launcher without waiting. `detached` makes it the leader of a process group, as a terminal does; `npm` starts it
 * through `npm start`, `within` through a command.
 */
export function launch(
  env: NodeJS.ProcessEnv,
  { detached = false, npm = false, within = [] }: { detached?: boolean; npm?: boolean; within?: readonly string[] } = {},
): Launched {
  const command = npm ? ['npm', 'start'] : [process.execPath, path.join(root, 'scripts/start.mjs')];
  const [program = '', ...args] = [...within, ...command];
  const launcher = spawn(program, args, {
    cwd: root,
    // Tests stop processes on purpose, and on a busy machine a process may be slow to answer: stalled ones are restarted only if a test
    // asks for it.
    env: { ...process.env, NODE_OPTIONS: '', npm_lifecycle_event: undefined, ORRERY_STALL_TIMEOUT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  launcher.stdout?.on('data', hear);
  launcher.stderr?.on('data', hear);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => launcher.once('close', (code, signal) => resolve(signal ?? code)));
  return { launcher, said: () => said, ended };
}

/** Starts the launcher and waits until it has printed everything. */
export async function startService({
  home = mkdtempSync(path.join(tmpdir(), 'orrery-test-')),
  keep = false,
  env = {},
  detached = false,
}: {
  home?: string;
  keep?: boolean;
  env?: NodeJS.ProcessEnv;
  detached?: boolean;
} = {}): Promise<Service> {
  const port = await freePort();
  const { launcher, said, ended } = launch({ ORRERY_HOME: home, ORRERY_PORT: String(port), ...env }, { detached });
  const early = ended.then((code) => Promise.reject(new Error(`the service ended (${code}): ${said()}`)));
  early.catch(() => undefined);
  await Promise.race([until(() => /^Ready in /m.test(said())), early]);
  const origin = `https://127.0.0.1:${port}`;
  const ca = readFileSync(path.join(home, 'pki/ca.crt'), 'utf8');
  const adminToken = readFileSync(path.join(home, 'admin-token'), 'utf8').trim();
  const agent = new https.Agent({ ca, keepAlive: true });
  const request = requesterOf(origin, agent);
  return {
    home,
    origin,
    ca,
    launcher,
    adminToken,
    get said() {
      return said();
    },
    request,
    async createCluster(body) {
      const answer = await request('/platform/v1/clusters', {
        method: 'POST',
        token: adminToken,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (answer.status !== 201) throw new Error(`creating a cluster: ${answer.status} ${answer.text}`);
      const { id, token, kubeconfig } = JSON.parse(answer.text) as { id: string; token: string; kubeconfig: string };
      const file = path.join(home, `${id}.kubeconfig`);
      writeFileSync(file, kubeconfig, { mode: 0o600 });
      return { id, token, kubeconfig: file };
    },
    pids: (pattern) => childrenOf(launcher.pid ?? -1).filter((pid) => pattern.test(commandOf(pid))),
    async stop() {
      agent.destroy();
      if (launcher.exitCode === null && launcher.signalCode === null) {
        const gone = new Promise((resolve) => launcher.once('exit', resolve));
        launcher.kill('SIGTERM');
        await gone;
      }
      if (!keep) rmSync(home, { recursive: true, force: true });
    },
  };
}
