import type { Server } from 'node:http';
import { buildOpenApi } from '#api';
import {
  BodyBudget,
  type CertificateAuthority,
  certificateFiles,
  createHealth,
  createMetrics,
  createNest,
  createSecureServer,
  LISTENER_LIMITS,
  type Log,
  listen,
  listenOnLoopback,
  openBackends,
  openKeys,
  readAuthority,
  type SecureServer,
  type ShutdownStep,
  type Started,
  serveOps,
  serverNames,
} from '#hosting';
import { CLIENT_AUTHORITY_NAME } from '#platform';
import { appModule } from './app.module.js';
import { authenticateFirst } from './authenticate-first.js';
import { type ApiConfig, publicOrigin } from './config.js';
import { graphIdentifier } from './graphql/identify.js';
import { graphOpener } from './graphql/open-graph.js';
import { registerGraphql } from './graphql/register.js';
import { socketSessions } from './graphql/socket-sessions.js';
import { KubernetesEndpoint } from './kubernetes/endpoint.js';
import { LargeRequests } from './kubernetes/large-requests.js';
import { acceptBodies } from './platform/cluster-file.js';
import { openPlatform } from './platform-services.js';
import { Router, type RouterOptions } from './router.js';

/** What kubeconfigs trust: the operator's CA, or none but the system's, where they name a host of the operator's certificate. */
function trustedAuthority(config: ApiConfig, authority: CertificateAuthority, own: SecureServer['own']): string | undefined {
  if (!own?.isFor(new URL(publicOrigin(config)).hostname)) return authority.certificate;
  if (config.ORRERY_TLS_CA === undefined) return undefined;
  return readAuthority(config.ORRERY_TLS_CA);
}

/** Stops listening; open streams end with their connections. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Starts the api and listens. Throws ConfigError with a one-line message for what the operator can fix. */
export async function startApi(config: ApiConfig, log: Log): Promise<Started> {
  const metrics = createMetrics('api');
  const opening = Promise.all([
    openBackends(config, metrics, log),
    openKeys(config.ORRERY_HOME, { adminToken: config.ORRERY_ADMIN_TOKEN }),
  ]);
  // Nothing else has to be done while the backends are opened.
  buildOpenApi();
  const [backends, { authority, adminToken, tokenKey }] = await opening;
  const health = createHealth(backends.checks, (name, reason) => log.warn({ check: name, reason }, 'health check failed'));
  const names = serverNames(config.ORRERY_HOST, config.ORRERY_HOST_NAMES);
  const ownFiles = certificateFiles(config.ORRERY_TLS_CERT, config.ORRERY_TLS_KEY);
  const secure = await createSecureServer({ authority, names, log, clientAuthorityName: CLIENT_AUTHORITY_NAME, ownFiles });
  const platform = await openPlatform({
    config,
    log,
    backends,
    authority,
    ca: trustedAuthority(config, authority, secure.own),
    metrics,
    adminToken,
    tokenKey,
  });
  const bodies = new BodyBudget(LISTENER_LIMITS);
  const { connections } = secure;
  const { access, apis, sessions } = platform;
  const large = new LargeRequests({ config, tokenKey }, log);
  const kubernetes = new KubernetesEndpoint({ access, apis, metrics, log, connections, bodies, sessions, large, limits: LISTENER_LIMITS });
  let others: RouterOptions['others'] | undefined;
  const app = await createNest(appModule({ platform, health }), log, (handler) => {
    others = handler;
    return secure.server;
  });
  if (!others) throw new Error('Nest has not given its handler');
  const fastify = app.getHttpAdapter().getInstance();
  acceptBodies(fastify);
  authenticateFirst(fastify, { access, connections, bodies, limits: LISTENER_LIMITS });
  const identify = graphIdentifier(platform);
  const graph = await registerGraphql(fastify, {
    open: graphOpener({ ...platform, identify, admin: backends.admin, large }),
    note: socketSessions({ identify, sessions, connections }),
    log,
  });
  secure.handle(new Router({ kubernetes, others, graph: graph.upgrade, log }));
  const plain = config.ORRERY_HTTP && secure.plain();
  const http = plain && (await listenOnLoopback(plain, { port: config.ORRERY_HTTP_PORT, variable: 'ORRERY_HTTP_PORT' }));
  const port = await listen(app, { host: config.ORRERY_HOST, port: config.ORRERY_PORT, variable: 'ORRERY_PORT' });
  const ops = await serveOps({
    health,
    metrics,
    log,
    host: config.ORRERY_OPS_HOST,
    port: config.ORRERY_OPS_PORT,
    variable: 'ORRERY_OPS_PORT',
  });
  const shutdown: ShutdownStep[] = [
    { name: 'readiness', run: () => health.drain() },
    { name: 'requests', run: () => kubernetes.drain(), within: 8_000 },
    { name: 'subscriptions', run: () => graph.close(), within: 2_000 },
    { name: 'server', run: () => app.close(), within: 2_000 },
    { name: 'plain server', run: () => plain && closeServer(plain), within: 2_000 },
    { name: 'large requests', run: () => large.close(), within: 4_000 },
    { name: 'certificates', run: () => secure.close() },
    { name: 'platform', run: () => platform.close(), within: 3_000 },
    { name: 'operators', run: () => ops.close(), within: 1_000 },
    { name: 'backends', run: () => backends.close(), within: 3_000 },
  ];
  const own = secure.own && { hosts: secure.own.hosts, notAfter: secure.own.notAfter.toISOString() };
  return { ready: { url: publicOrigin(config), port, http, own, ops: ops.url }, shutdown };
}
