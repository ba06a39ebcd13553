import { buildOpenApi } from '#api';
import {
  BodyBudget,
  createHealth,
  createMetrics,
  createNest,
  createSecureServer,
  LISTENER_LIMITS,
  type Log,
  listen,
  openBackends,
  openKeys,
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
  const platform = await openPlatform({
    config,
    log,
    backends,
    authority,
    metrics,
    adminToken,
    tokenKey,
  });
  const names = serverNames(config.ORRERY_HOST, config.ORRERY_HOST_NAMES);
  const secure = await createSecureServer({ authority, names, log, clientAuthorityName: CLIENT_AUTHORITY_NAME });
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
    open: graphOpener({ ...platform, identify, admin: backends.admin }),
    note: socketSessions({ identify, sessions, connections }),
    log,
  });
  secure.handle(new Router({ kubernetes, others, graph: graph.upgrade, log }));
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
    { name: 'large requests', run: () => large.close(), within: 4_000 },
    { name: 'certificates', run: () => secure.close() },
    { name: 'platform', run: () => platform.close(), within: 3_000 },
    { name: 'operators', run: () => ops.close(), within: 1_000 },
    { name: 'backends', run: () => backends.close(), within: 3_000 },
  ];
  return { ready: { url: publicOrigin(config), port, ops: ops.url }, shutdown };
}
