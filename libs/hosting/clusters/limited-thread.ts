import { Worker } from 'node:worker_threads';

/** What a program in a thread answers: a value, or why it refuses what it was given. */
export type ThreadAnswer<T> = { value: T } | { refused: string };

/** How much of the machine a thread may take. */
interface ThreadLimits {
  milliseconds: number;
  heapMegabytes: number;
}

export interface ThreadOptions {
  /** Unset: it may take what it needs. */
  limits?: ThreadLimits;
  /** The error of what is refused, or takes too much. */
  refused(message: string): Error;
}

/** Runs a program in a thread of its own, until it has answered. Rejects with the error that occurred in it. */
export function runInThread<T>(program: URL, workerData: unknown, { limits, refused }: ThreadOptions): Promise<T> {
  const resourceLimits = limits ? { resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes } } : {};
  const thread = new Worker(program, { workerData, ...resourceLimits });
  const timer = limits ? setTimeout(() => void thread.terminate(), limits.milliseconds) : undefined;
  return new Promise<T>((resolve, reject) => {
    thread.once('message', (answer: ThreadAnswer<T>) => {
      if ('refused' in answer) reject(refused(answer.refused));
      else resolve(answer.value);
    });
    thread.once('error', (error: Error & { code?: string }) =>
      reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? refused('it takes too much memory') : error),
    );
    thread.once('exit', (code) =>
      reject(limits ? refused(`it takes longer than ${limits.milliseconds / 1000}s`) : new Error(`the thread ended with ${code}`)),
    );
  }).finally(() => clearTimeout(timer));
}
