import type { X509Certificate } from 'node:crypto';
import type { rbacv1 } from '#api';
import { type KubeObject, SteppedClock, seededRandom } from '#apimachinery';
import { clusterStore, type HostedClusterStore } from '#cacher';
import { memoryBus } from '#cacher/bus';
import { memoryStorage, type Storage } from '#storage';
import type { AdmissionPlugin } from './admission/admission.js';
import { type ApiServer, createApiServer } from './api-server.js';
import type { AuditEvent } from './audit/audit-event.js';
import type { ClientAuthority } from './authentication/client-certificate.js';
import type { SigningKey } from './authentication/service-account/tokens.js';
import type { FlowLimits } from './flow-control/flow-control.js';
import type { Limits } from './limits.js';
import type { ApiResponse, Pieces } from './request/request.js';
import type { Conversion } from './rest/api-resource.js';
import type { StorageProvider } from './rest/storage.js';
import type { ResourceStrategy, UserInfo } from './rest/strategy.js';
import type { WebhookRoutes } from './webhooks/webhook-caller.js';

/** A cluster for specs: the real pipeline over memory storage; only the clock, the random source and the timers are the spec's. */
export interface TestCluster {
  server: ApiServer;
  store: HostedClusterStore;
  clock: SteppedClock;
  /** Pending timers, soonest first; `fire` runs the next one, `pass` lets milliseconds go by. */
  timers: { waiting: number[]; fire(): void; pass(milliseconds: number): void };
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  storage: Storage;
  /** The audit events of the requests so far. */
  events: AuditEvent[];
  compact(revision: number): Promise<void>;
}

interface CallOptions {
  body?: unknown;
  raw?: Uint8Array;
  headers?: Record<string, string>;
  /** Default: an administrator; null: whoever the headers and the certificate say. */
  user?: UserInfo | null;
  /** The client certificate of the connection. */
  certificate?: X509Certificate;
}

interface Answer {
  status: number;
  headers: ApiResponse['headers'];
  // Specs may look into any response.
  body: KubeObject & Record<string, never>;
  text: string;
  response: ApiResponse;
}

const ADMIN: UserInfo = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

export interface TestClusterOptions {
  strategies?: readonly ResourceStrategy[];
  conversions?: readonly Conversion[];
  providers?: readonly StorageProvider[];
  admission?: readonly AdmissionPlugin[];
  limits?: Limits;
  flowLimits?: FlowLimits;
  serviceAccountKey?: SigningKey;
  webhooks?: WebhookRoutes;
  clientAuthority?: ClientAuthority;
  nodeRules?: readonly rbacv1.PolicyRule[];
  /** A second process's view of an existing cluster. */
  storage?: Storage;
}

class TestTimers {
  private readonly pending: Array<{ at: number; callback: () => void }> = [];
  private time = 0;

  get waiting(): number[] {
    return this.pending.map(({ at }) => at - this.time);
  }

  now(): number {
    return this.time;
  }

  after(wait: number, callback: () => void): () => void {
    const timer = { at: this.time + wait, callback };
    this.pending.push(timer);
    this.pending.sort((a, b) => a.at - b.at);
    return () => {
      const at = this.pending.indexOf(timer);
      if (at >= 0) this.pending.splice(at, 1);
    };
  }

  fire(): void {
    this.pending.shift()?.callback();
  }

  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (let next = this.pending[0]; next && next.at <= end; next = this.pending[0]) {
      this.time = next.at;
      this.fire();
    }
    this.time = end;
  }
}

const NO_STRATEGIES: readonly ResourceStrategy[] = [];
const NO_PLUGINS: readonly AdmissionPlugin[] = [];

async function emptyStorage(): Promise<Storage> {
  const admin = memoryStorage();
  await admin.create('c');
  return admin.open('c');
}

/** Creates an empty cluster. */
export async function testCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const storage = options.storage ?? (await emptyStorage());
  const store = clusterStore({ storage, bus: memoryBus() });
  const clock = new SteppedClock(Date.parse('2026-01-02T03:04:05Z'));
  const timers = new TestTimers();
  const events: AuditEvent[] = [];
  const server = createApiServer({
    audit: { record: (event) => void events.push(event) },
    store,
    strategies: options.strategies ?? NO_STRATEGIES,
    ...(options.conversions ? { conversions: options.conversions } : {}),
    ...(options.providers ? { providers: options.providers } : {}),
    admission: options.admission ?? NO_PLUGINS,
    clock,
    random: seededRandom('spec', () => String(store.known)),
    timers,
    prefix: '/clusters/c',
    serverAddress: '127.0.0.1:8443',
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.webhooks ? { webhooks: options.webhooks } : {}),
    ...(options.serviceAccountKey ? { serviceAccountKey: options.serviceAccountKey } : {}),
    ...(options.nodeRules ? { nodeRules: options.nodeRules } : {}),
    ...(options.clientAuthority ? { clientAuthority: options.clientAuthority } : {}),
    ...(options.flowLimits ? { flowLimits: () => options.flowLimits as FlowLimits } : {}),
  });
  return {
    server,
    store,
    clock,
    timers,
    storage,
    events,
    compact: (revision) => storage.compact(revision),
    call: (method, target, given) => call(server, method, target, given),
  };
}

async function call(
  server: ApiServer,
  method: string,
  target: string,
  { body, raw, headers = {}, user = ADMIN, certificate }: CallOptions = {},
): Promise<Answer> {
  const [path = '', query = ''] = target.split('?');
  const bytes = raw ?? (body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body)));
  const response = await server.handle({
    method,
    path,
    query,
    headers: { 'user-agent': 'spec/1.0', ...headers },
    ...(bytes ? { body: bytes } : {}),
    ...(user && { user }),
    ...(certificate && { certificate }),
    requestId: 'r1',
  });
  const text = response.pieces
    ? await joined(response.pieces)
    : response.body === undefined
      ? ''
      : typeof response.body === 'string'
        ? response.body
        : Buffer.from(response.body).toString('latin1');
  return { status: response.status, headers: response.headers, body: parsed(text), text, response };
}

async function joined({ chunks, close }: Pieces): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
  close();
  return text;
}

function parsed(text: string): Answer['body'] {
  try {
    return JSON.parse(text);
  } catch {
    return {} as Answer['body'];
  }
}
