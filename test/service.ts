import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** An answer of the service. */
export interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

/** What a request may carry. */
export interface RequestOptions {
  method?: string;
  token?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** A cluster of the running service. */
export interface MadeCluster {
  id: string;
  token: string;
  kubeconfig: string;
}

/** The whole service as `npm start` brings it up, in a home of its own. */
export interface Service {
  home: string;
  origin: string;
  launcher: ChildProcess;
  adminToken: string;
  said: string;
  request(path: string, options?: RequestOptions): Promise<Answer>;
  createCluster(body: Record<string, unknown>): Promise<MadeCluster>;
  /** pids of api, worker, postgres …, by what their command line says. */
  pids(pattern: RegExp): number[];
  stop(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').flatMap((child) => [Number(child), ...childrenOf(Number(child))]);
  } catch {
    return [];
  }
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

/** Starts the launcher and waits until it has printed all it prints. */
export async function startService({
  home = mkdtempSync(path.join(tmpdir(), 'orrery-test-')),
  keep = false,
  env = {},
}: {
  home?: string;
  keep?: boolean;
  env?: NodeJS.ProcessEnv;
} = {}): Promise<Service> {
  const port = await freePort();
  const launcher = spawn(process.execPath, [path.join(root, 'scripts/start.mjs')], {
    env: { ...process.env, ORRERY_HOME: home, ORRERY_PORT: String(port), NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      if (/kubectl create deployment/.test(said)) resolve();
    };
    launcher.stdout?.on('data', hear);
    launcher.stderr?.on('data', hear);
    launcher.once('exit', (code) => reject(new Error(`the service ended (${code}): ${said}`)));
  });
  const origin = `https://127.0.0.1:${port}`;
  const ca = readFileSync(path.join(home, 'pki/ca.crt'), 'utf8');
  const adminToken = readFileSync(path.join(home, 'admin-token'), 'utf8').trim();
  const agent = new https.Agent({ ca, keepAlive: true });
  const request = (at: string, { method = 'GET', token, headers = {}, body }: RequestOptions = {}): Promise<Answer> =>
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
  return {
    home,
    origin,
    launcher,
    adminToken,
    get said() {
      return said;
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
