import type { z } from 'zod';
import { ConfigError, parseConfig } from './config.js';
import { LAUNCHER_GONE, shutDown, watchLifecycle } from './lifecycle.js';
import { createLog, type Log } from './logging.js';
import { type Scrub, scrubber } from './secrets.js';

/** One step of the shutdown, with its timeout (ms). */
export interface ShutdownStep {
  name: string;
  run(): Promise<unknown> | unknown;
  within?: number;
}

/** The result of a start: what to tell the launcher, and the shutdown steps, in order. */
export interface Started {
  ready: Record<string, unknown>;
  shutdown: readonly ShutdownStep[];
}

/**
 * The life cycle of a process of the service: settings, log, start, ready, and the shutdown on request. An error that prevents the start is
 * reported to the launcher and written as one line to standard error.
 */
export async function runProcess<S extends z.ZodType<{ LOG_LEVEL: string }>>(
  name: string,
  schema: S,
  start: (config: z.infer<S>, log: Log) => Promise<Started>,
): Promise<void> {
  const scrub = scrubber(process.env);
  try {
    const config = parseConfig(schema, process.env);
    const log = createLog(name, config.LOG_LEVEL, scrub);
    const { ended } = watchLifecycle(log);
    const started = await start(config, log);
    log.info(started.ready, 'ready');
    process.send?.({ type: 'ready', ...started.ready });
    const reason = await ended;
    log.info({ reason }, 'ending');
    // Its servers are stopping too, and waiting for them would delay the next start. Interrupted work is found again in the log.
    if (reason === LAUNCHER_GONE) setTimeout(() => process.exit(1), 500).unref();
    await shutDown(log, started.shutdown);
    log.info('ended');
    process.exit(0);
  } catch (error) {
    fail(name, error, scrub);
  }
}

/** What the operator can fix is reported in one line; anything else with its stack. */
function fail(name: string, error: unknown, scrub: Scrub): void {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const line = scrub(error instanceof ConfigError ? message : `the ${name} can't start: ${message}`);
  process.stderr.write(`${line}\n`);
  const foreseen = error instanceof ConfigError || (error as NodeJS.ErrnoException).syscall !== undefined;
  if (!foreseen) process.stderr.write(`${scrub(stack)}\n`);
  if (process.send) process.send({ type: 'failed', message: line }, () => process.exit(1));
  else process.exit(1);
}
