import type { z } from 'zod';
import { ConfigError, parseConfig } from './config.js';
import { LAUNCHER_GONE, shutDown, watchLifecycle } from './lifecycle.js';
import { createLog, type Log } from './logging.js';

/** One thing to do when the process ends, within its time (ms). */
export interface ShutdownStep {
  name: string;
  run(): Promise<unknown> | unknown;
  within?: number;
}

/** What a started process hands back: what the launcher is told, and how to end it, in order. */
export interface Started {
  ready: Record<string, unknown>;
  shutdown: readonly ShutdownStep[];
}

/**
 * The life of a process of the service: settings, log, start, ready, and the end in peace when it is asked for. What keeps it from
 * starting is told to the launcher and written in one line on standard error.
 */
export async function runProcess<S extends z.ZodType<{ LOG_LEVEL: string }>>(
  name: string,
  schema: S,
  start: (config: z.infer<S>, log: Log) => Promise<Started>,
): Promise<void> {
  try {
    const config = parseConfig(schema, process.env);
    const log = createLog(name, config.LOG_LEVEL);
    const { ended } = watchLifecycle(log);
    const started = await start(config, log);
    log.info(started.ready, 'ready');
    process.send?.({ type: 'ready', ...started.ready });
    const reason = await ended;
    log.info({ reason }, 'ending');
    // Its servers are going too: who waits for them keeps the next start waiting. What was under way is found again in the log.
    if (reason === LAUNCHER_GONE) setTimeout(() => process.exit(1), 500).unref();
    await shutDown(log, started.shutdown);
    log.info('ended');
    process.exit(0);
  } catch (error) {
    fail(name, error);
  }
}

function fail(name: string, error: unknown): void {
  const message =
    error instanceof ConfigError ? error.message : `the ${name} can't start: ${error instanceof Error ? error.message : String(error)}`;
  process.stderr.write(`${message}\n`);
  if (!(error instanceof ConfigError)) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  if (process.send) process.send({ type: 'failed', message }, () => process.exit(1));
  else process.exit(1);
}
