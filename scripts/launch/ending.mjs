// When the launcher has to end.

/** Interval between checks of the parent process, in milliseconds. */
const parentEvery = 500;

/** npm passes on only some signals, and may be killed: then nobody could stop the service any more. */
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || onGone(), parentEvery).unref();
}

/** Aborted when the launcher gets a signal to end, or when the npm that started it has ended. */
export function endSignal() {
  const controller = new AbortController();
  const end = () => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  watchParent(end);
  // The reader of the output may have ended before the launcher.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return controller.signal;
}

/** Resolves when the signal is aborted. */
export function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Settles like the promise, or rejects as soon as the signal is aborted. */
export async function orAborted(promise, signal) {
  promise.catch(() => {});
  return await Promise.race([promise, aborted(signal).then(() => Promise.reject(signal.reason))]);
}
