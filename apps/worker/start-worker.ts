import { components } from '#cluster';
import {
  ConfigError,
  createHealth,
  createMetrics,
  type Log,
  openBackends,
  openWorkerKeys,
  type ShutdownStep,
  type Started,
  serveOps,
} from '#hosting';
import { CLOCK } from '#storage';
import { openComponents } from './component-host.js';
import type { WorkerConfig } from './config.js';

/** The components that a worker runs according to its configuration. */
function rolesOf({ ROLES }: WorkerConfig): ReadonlySet<string> {
  const known = [...components.map(({ name }) => name), 'etcd', CLOCK];
  const unknown = ROLES.filter((role) => !known.includes(role));
  if (unknown.length > 0)
    throw new ConfigError(`bad configuration: ROLES: there is no component ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return new Set(ROLES.length === 0 ? known : ROLES);
}

/** Starts the worker and begins to take turns. Throws ConfigError with a one-line message for what the operator can fix. */
export async function startWorker(config: WorkerConfig, log: Log): Promise<Started> {
  const roles = rolesOf(config);
  const metrics = createMetrics('worker');
  const [backends, { authority, tokenKey }] = await Promise.all([openBackends(config, metrics, log), openWorkerKeys(config.ORRERY_HOME)]);
  // Jobs come through Redis: without it a worker does nothing.
  const checks = { required: { ...backends.checks.required, ...backends.checks.optional }, optional: {} };
  const health = createHealth(checks, (name, reason) => log.warn({ check: name, reason }, 'health check failed'));
  const ops = await serveOps({ health, metrics, log, host: config.WORKER_HOST, port: config.WORKER_PORT, variable: 'WORKER_PORT' });
  const host = await openComponents({ config, log, backends, authority, tokenKey, metrics, roles });
  const shutdown: ShutdownStep[] = [
    { name: 'readiness', run: () => health.drain() },
    { name: 'turns', run: () => host.close(), within: 8_000 },
    { name: 'operators', run: () => ops.close(), within: 1_000 },
    { name: 'backends', run: () => backends.close(), within: 3_000 },
  ];
  return { ready: { ops: ops.url, roles: [...roles] }, shutdown };
}
