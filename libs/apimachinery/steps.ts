/** Work in steps of a few milliseconds: between them other work may go on. */
export type Steps<T> = Generator<undefined, T, void>;

/** Does all steps at once. */
export function finish<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Does all steps, and waits between them where `pause` says so. */
export async function paced<T>(steps: Steps<T>, pause: () => Promise<void> | undefined): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const pending = pause();
    if (pending) await pending;
  }
}
