// A plain HTTP/1.1 keep-alive JSON client for any Kubernetes API server: the same requests for every server.
import { readFileSync } from 'node:fs';
import { Client, Pool } from 'undici';
import { parse } from 'yaml';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The server of a kubeconfig's current context: origin, path prefix, credentials. */
export function target(kubeconfig) {
  const config = parse(readFileSync(kubeconfig, 'utf8'));
  const context = config.contexts.find((c) => c.name === config['current-context']).context;
  const { cluster } = config.clusters.find((c) => c.name === context.cluster);
  const user = config.users.find((u) => u.name === context.user)?.user ?? {};
  const bytes = (data, file) => (data ? Buffer.from(data, 'base64') : file ? readFileSync(file) : undefined);
  const url = new URL(cluster.server);
  return {
    origin: url.origin,
    prefix: url.pathname === '/' ? '' : url.pathname.replace(/\/$/, ''),
    headers: user.token ? { authorization: `Bearer ${user.token}` } : {},
    connect: {
      ca: bytes(cluster['certificate-authority-data'], cluster['certificate-authority']),
      cert: bytes(user['client-certificate-data'], user['client-certificate']),
      key: bytes(user['client-key-data'], user['client-key']),
      rejectUnauthorized: !cluster['insecure-skip-tls-verify'],
    },
  };
}

/** Requests over a fixed number of connections, one at a time on each. */
export class Api {
  constructor(at, connections) {
    this.at = at;
    this.pool = new Pool(at.origin, { connections, pipelining: 1, connect: at.connect, bodyTimeout: 0, headersTimeout: 120_000 });
  }

  async call(method, path, body, type = 'application/json') {
    const { statusCode, body: answer } = await this.pool.request({
      method,
      path: this.at.prefix + path,
      headers: { ...this.at.headers, accept: 'application/json', ...(body === undefined ? {} : { 'content-type': type }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: statusCode, text: await answer.text() };
  }

  /** The response, which must have one of the statuses. */
  async must(statuses, ...request) {
    const answer = await this.call(...request);
    if (![statuses].flat().includes(answer.status))
      throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${answer.text.slice(0, 300)}`);
    return answer;
  }

  async json(statuses, ...request) {
    return JSON.parse((await this.must(statuses, ...request)).text);
  }

  close() {
    return this.pool.close();
  }
}

/** Opens a watch on a separate connection; `onLine` gets each line and its time. */
export async function watch(at, path, onLine, onEnd = () => {}) {
  const client = new Client(at.origin, { connect: at.connect, bodyTimeout: 0, headersTimeout: 60_000 });
  const { statusCode, body } = await client.request({
    method: 'GET',
    path: at.prefix + path,
    headers: { ...at.headers, accept: 'application/json' },
  });
  if (statusCode !== 200) throw new Error(`watch ${path}: ${statusCode} ${await body.text()}`);
  let rest = '';
  body.setEncoding('utf8');
  body.on('data', (chunk) => {
    const now = performance.now();
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) if (line) onLine(line, now);
  });
  let ended = false;
  for (const event of ['end', 'error', 'close']) {
    body.on(event, () => {
      if (!ended) onEnd();
      ended = true;
    });
  }
  return () => {
    ended = true;
    client.destroy().catch(() => {});
  };
}

/** A watch that is resumed when the server ends it, like an informer's. */
export async function rewatch(at, path, from, onEvent) {
  let resourceVersion = from;
  let closed = false;
  let close = () => {};
  const open = async () => {
    close = await watch(
      at,
      `${path}&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`,
      (line, now) => {
        const event = JSON.parse(line);
        if (event.type === 'ERROR') throw new Error(line.slice(0, 300));
        resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
        if (event.type !== 'BOOKMARK') onEvent(event, now);
      },
      () => !closed && setTimeout(open, 10),
    );
  };
  await open();
  return () => {
    closed = true;
    close();
  };
}

const round = (value) => Math.round(value * 100) / 100;

/** Count, percentiles and mean of a list of milliseconds. */
export function stats(list) {
  if (list.length === 0) return { n: 0 };
  const sorted = [...list].sort((a, b) => a - b);
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  return {
    n: sorted.length,
    p50: at(0.5),
    p99: at(0.99),
    max: round(sorted.at(-1)),
    mean: round(sorted.reduce((a, b) => a + b, 0) / sorted.length),
  };
}

/** `n` calls with concurrency `width`: calls per second, and the duration of each. */
export async function rate(n, width, call) {
  const times = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < n) {
        const i = next++;
        const before = performance.now();
        await call(i);
        times.push(performance.now() - before);
      }
    }),
  );
  return { perSecond: Math.round((n / (performance.now() - start)) * 1000), ms: stats(times) };
}
