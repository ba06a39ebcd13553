import type { Log } from './logging.js';
import { currentRequest } from './request-scope.js';

/** The reason when the launcher was killed. */
export const LAUNCHER_GONE = 'the launcher is gone';

/** Asked to end: a signal, or the launcher is gone. */
export interface Lifecycle {
  /** Resolves with the reason when the process is to end. */
  readonly ended: Promise<string>;
}

/**
 * Watches for the process's end: SIGTERM, SIGINT, and the closing of the channel to the launcher, which is how a child learns
 * that its launcher was killed. A second signal ends at once.
 */
export function watchLifecycle(log: Log): Lifecycle {
  const { promise: ended, resolve } = deferred<string>();
  let asked = false;
  const onSignal = (signal: string) => {
    if (asked) process.exit(1);
    asked = true;
    resolve(signal);
  };
  process.on('SIGTERM', () => onSignal('SIGTERM'));
  // A terminal sends Ctrl-C to the whole group: the launcher then asks its children in order, so they wait for it.
  process.on('SIGINT', () => (process.channel ? undefined : onSignal('SIGINT')));
  process.on('disconnect', () => {
    asked = true;
    resolve(LAUNCHER_GONE);
  });
  process.on('warning', (warning) => log.warn({ err: warning }, 'warning of the runtime'));
  process.on('unhandledRejection', (reason) => log.error({ err: reason, requestId: currentRequest()?.requestId }, 'unhandled rejection'));
  process.on('uncaughtException', (error) => {
    const request = currentRequest();
    if (request) {
      request.fail(error);
      return;
    }
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  });
  return { ended };
}

/** Ends in order, each step within its time; a step that hangs is left behind and said in the log. */
export async function shutDown(
  log: Log,
  steps: ReadonlyArray<{ name: string; run(): Promise<unknown> | unknown; within?: number }>,
): Promise<void> {
  for (const step of steps) {
    const timeout = deferred<'late'>();
    const timer = setTimeout(() => timeout.resolve('late'), step.within ?? 5000);
    try {
      const result = await Promise.race([Promise.resolve(step.run()), timeout.promise]);
      if (result === 'late') log.warn({ step: step.name }, 'shutdown step did not end in time');
    } catch (error) {
      log.warn({ step: step.name, err: error }, 'shutdown step failed');
    } finally {
      clearTimeout(timer);
    }
  }
}

function deferred<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
