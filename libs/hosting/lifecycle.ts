import type { Log } from './logging.js';
import { currentRequest } from './request-scope.js';

/** The reason when the launcher was killed. */
export const LAUNCHER_GONE = 'the launcher is gone';

/** Shutdown was requested: by a signal, or because the launcher is gone. */
export interface Lifecycle {
  /** Resolves with the reason when the process has to end. */
  readonly ended: Promise<string>;
}

/**
 * Waits for a request to shut down: SIGTERM, SIGINT, or the closing of the channel to the launcher, which tells a child process that its
 * launcher was killed. A second signal ends the process at once.
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
  // A terminal sends Ctrl-C to the whole process group: the launcher then stops its children in order, so they wait for it.
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

/** Runs the steps in order, each with a timeout; a step that hangs is skipped and logged. */
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
