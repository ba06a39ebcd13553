import path from 'node:path';
import { components } from '#cluster';
import {
  ConfigError,
  createHealth,
  createMetrics,
  createNest,
  type Log,
  listen,
  openAuthority,
  openBackends,
  type ShutdownStep,
  type Started,
} from '#hosting';
import { openComponents } from './component-host.js';
import type { WorkerConfig } from './config.js';
import { workerModule } from './worker.module.js';

/** The components a worker is told to run. */
function rolesOf({ ROLES }: WorkerConfig): ReadonlySet<string> {
  const known = [...components.map(({ name }) => name), 'etcd'];
  const unknown = ROLES.filter((role) => !known.includes(role));
  if (unknown.length > 0)
    throw new ConfigError(`bad configuration: ROLES: there is no component ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return new Set(ROLES.length === 0 ? known : ROLES);
}

/** Puts the worker together and begins to take turns. Throws ConfigError with one line for what the operator can put right. */
export async function startWorker(config: WorkerConfig, log: Log): Promise<Started> {
  const roles = rolesOf(config);
  const metrics = createMetrics('worker');
  const [backends, authority] = await Promise.all([
    openBackends(config, metrics, log),
    openAuthority(path.join(config.ORRERY_HOME, 'pki')),
  ]);
  const health = createHealth((name, reason) => log.warn({ check: name, reason }, 'not ready'));
  for (const [name, check] of Object.entries(backends.checks)) health.add(name, check);
  const app = await createNest(workerModule({ health, metrics }), log);
  const port = await listen(app, { host: config.WORKER_HOST, port: config.WORKER_PORT, variable: 'WORKER_PORT' });
  const host = await openComponents({ config, log, backends, authority, metrics, roles });
  const shutdown: ShutdownStep[] = [
    { name: 'readiness', run: () => health.drain() },
    { name: 'turns', run: () => host.close(), within: 8_000 },
    { name: 'server', run: () => app.close(), within: 2_000 },
    { name: 'backends', run: () => backends.close(), within: 3_000 },
  ];
  return { ready: { port, roles: [...roles] }, shutdown };
}
