import https from 'node:https';
import type { Answer, MadeCluster, Service } from './service.js';

/** An object of the API, loosely typed for tests. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export type Json = any;

/** One event of a watch. */
export interface Seen {
  type: string;
  object: Json;
}

/** An open watch. */
export interface Watching {
  /** The events so far, including bookmarks. */
  events: Seen[];
  /** Resolves when the server, or `close`, has ended it. */
  ended: Promise<void>;
  close(): void;
}

/** Options of a request to a cluster besides its body. */
export interface CallOptions {
  type?: string;
  headers?: Record<string, string>;
  token?: string;
}

const textOf = (body: unknown): string | Buffer | undefined =>
  body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);

/** A cluster's Kubernetes API over plain HTTP. Paths are relative to the cluster: /api/v1/… */
export class ClusterApi {
  private readonly agent: https.Agent;

  constructor(
    private readonly service: Service,
    readonly cluster: Pick<MadeCluster, 'id' | 'token'>,
  ) {
    this.agent = new https.Agent({ ca: service.ca, keepAlive: true });
  }

  get prefix(): string {
    return `/clusters/${this.cluster.id}`;
  }

  /** The response, whatever its status. Strings and buffers are sent unchanged, everything else as JSON. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    { type = 'application/json', headers = {}, token }: CallOptions = {},
  ): Promise<Answer & { json: Json }> {
    const answer = await this.service.request(`${this.prefix}${path}`, {
      method,
      token: token ?? this.cluster.token,
      headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
      body: textOf(body),
    });
    return { ...answer, json: parsed(answer.text) };
  }

  /** The response body; throws if the request failed. */
  async must(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Json> {
    const { status, text, json } = await this.call(method, path, body, options);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return json;
  }

  /** Opens a watch; resolves when its headers have arrived. Throws on any status other than 200. */
  watch(path: string, onEvent: (event: Seen) => void = () => undefined): Promise<Watching> {
    const events: Seen[] = [];
    return new Promise((resolve, reject) => {
      const call = https.get(
        new URL(`${this.prefix}${path}${path.includes('?') ? '&' : '?'}watch=true`, this.service.origin),
        { agent: this.agent, headers: { authorization: `Bearer ${this.cluster.token}` } },
        (response) => {
          response.setEncoding('utf8');
          let rest = '';
          response.on('data', (chunk: string) => {
            const lines = (rest + chunk).split('\n');
            rest = lines.pop() ?? '';
            if (response.statusCode !== 200) return;
            for (const line of lines) {
              const event = JSON.parse(line) as Seen;
              events.push(event);
              onEvent(event);
            }
          });
          const ended = new Promise<void>((end) => {
            for (const how of ['end', 'error', 'close']) response.on(how, () => end());
          });
          if (response.statusCode === 200) resolve({ events, ended, close: () => void call.destroy() });
          else ended.then(() => reject(new Error(`watch ${path}: ${response.statusCode} ${rest}`)));
        },
      );
      call.on('error', reject);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A Deployment with one nginx container. */
export function deploymentOf(name: string, replicas: number, more: { image?: string; strategy?: Json } = {}): Json {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      ...(more.strategy ? { strategy: more.strategy } : {}),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'nginx', image: more.image ?? 'nginx' }] },
      },
    },
  };
}
