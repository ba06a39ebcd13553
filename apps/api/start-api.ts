import path from 'node:path';
import {
  createHealth,
  createMetrics,
  createNest,
  createSecureServer,
  type Log,
  listen,
  openAuthority,
  openBackends,
  type ShutdownStep,
  type Started,
  secretFile,
  serverNames,
} from '#hosting';
import { appModule } from './app.module.js';
import { type ApiConfig, publicOrigin } from './config.js';
import { graphOpener } from './graphql/open-graph.js';
import { registerGraphql } from './graphql/register.js';
import { KubernetesEndpoint } from './kubernetes/endpoint.js';
import { openPlatform } from './platform-services.js';

/** Puts the api together and listens. Throws ConfigError with one line for what the operator can put right. */
export async function startApi(config: ApiConfig, log: Log): Promise<Started> {
  const home = config.ORRERY_HOME;
  const metrics = createMetrics('api');
  const [backends, authority] = await Promise.all([openBackends(config, metrics, log), openAuthority(path.join(home, 'pki'))]);
  const health = createHealth((name, reason) => log.warn({ check: name, reason }, 'not ready'));
  for (const [name, check] of Object.entries(backends.checks)) health.add(name, check);
  const adminToken = config.ORRERY_ADMIN_TOKEN ?? secretFile(path.join(home, 'admin-token'));
  const platform = await openPlatform({
    config,
    log,
    backends,
    authority,
    metrics,
    adminToken,
    tokenKey: secretFile(path.join(home, 'token-key')),
  });
  const endpoint = new KubernetesEndpoint({ access: platform.access, apis: platform.apis, metrics, log });
  const secure = await createSecureServer(authority, serverNames(config.ORRERY_HOST, config.ORRERY_HOST_NAMES), log);
  const app = await createNest(appModule({ platform, health, metrics }), log, (handler) => {
    // Requests on clusters go past the framework: they are nearly all there are, and every one would pay for it.
    secure.handle((request, response) => (endpoint.takes(request) ? endpoint.handle(request, response) : handler(request, response)));
    return secure.server;
  });
  const endGraph = await registerGraphql(
    app.getHttpAdapter().getInstance(),
    secure.server,
    graphOpener({ ...platform, admin: backends.admin }),
  );
  secure.server.on('upgrade', (request, socket) => endpoint.refuseUpgrade(request, socket));
  const port = await listen(app, { host: config.ORRERY_HOST, port: config.ORRERY_PORT, variable: 'ORRERY_PORT' });
  const shutdown: ShutdownStep[] = [
    { name: 'readiness', run: () => health.drain() },
    { name: 'requests', run: () => endpoint.drain(), within: 8_000 },
    { name: 'subscriptions', run: () => endGraph(), within: 2_000 },
    { name: 'server', run: () => app.close(), within: 2_000 },
    { name: 'certificates', run: () => secure.close() },
    { name: 'platform', run: () => platform.close(), within: 3_000 },
    { name: 'backends', run: () => backends.close(), within: 3_000 },
  ];
  return { ready: { url: publicOrigin(config), port }, shutdown };
}
