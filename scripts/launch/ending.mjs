// When the launcher has to end.

/** How often the parent is looked for, in milliseconds. */
const parentEvery = 500;

/** npm passes some signals on and not others, and may be killed: without it nobody could end the service any more. */
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || onGone(), parentEvery).unref();
}

/** Aborted when the launcher is asked to end by a signal, or when the npm that started it is gone. */
export function endSignal() {
  const controller = new AbortController();
  const end = () => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  watchParent(end);
  // Whoever read it may be gone before the launcher is.
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

/** What the promise gives, or a rejection as soon as the signal is aborted. */
export async function orAborted(promise, signal) {
  promise.catch(() => {});
  return await Promise.race([promise, aborted(signal).then(() => Promise.reject(signal.reason))]);
}
