import type { Body, Kernel, Task } from '../shell/kernel.js';
import type { ContainerLog } from './container-log.js';

/** A process whose log ends with it. */
export function* finishing(body: Body, log: ContainerLog): Body {
  try {
    return yield* body;
  } finally {
    log.finish();
  }
}

/** Ends a process that has not ended by an instant. */
export function* ending(task: Task, at: number): Body {
  yield { until: at, on: task.exited };
  task.kill(137);
  return 0;
}

/** A process that begins when others have ended: starts within one moment are not told apart by their times. */
export function* following(kernel: Kernel, tasks: readonly Task[], main: Body): Body {
  while (tasks.some(({ code }) => code === undefined)) yield { until: kernel.now + 1 };
  return yield* main;
}
