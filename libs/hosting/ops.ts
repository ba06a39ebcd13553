import { type DynamicModule, Module } from '@nestjs/common';
import type { Health } from './health.js';
import type { Log } from './logging.js';
import type { Metrics } from './metrics/metrics.js';
import { createNest, listen } from './nest.js';
import { OpsController } from './ops-controller.js';
import { HEALTH, METRICS } from './tokens.js';

@Module({})
class OpsModule {}

/** The operators' endpoints of a process. */
export interface Ops {
  /** Their URL on this machine. */
  readonly url: string;
  close(): Promise<void>;
}

/** What they show, and where they listen. */
export interface OpsOptions {
  health: Health;
  metrics: Metrics;
  log: Log;
  host: string;
  /** 0 lets the system choose one. */
  port: number;
  /** The name of the port's setting, for the error message if the port is in use. */
  variable: string;
}

/** Serves /livez, /readyz and /metrics over plain http, at an address that tenants do not know. Throws ConfigError. */
export async function serveOps({ health, metrics, log, host, port, variable }: OpsOptions): Promise<Ops> {
  const module: DynamicModule = {
    module: OpsModule,
    controllers: [OpsController],
    providers: [
      { provide: HEALTH, useValue: health },
      { provide: METRICS, useValue: metrics },
    ],
  };
  const app = await createNest(module, log);
  const listening = await listen(app, { host, port, variable });
  const everywhere = ['0.0.0.0', '::'].includes(host);
  const shown = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return { url: `http://${shown}:${listening}`, close: () => app.close() };
}
