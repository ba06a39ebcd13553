import { Worker } from 'node:worker_threads';
import type { TemplateShape } from '#cluster';
import type { StoredObject } from '#storage';

/** Builds a template in a separate thread. Rejects with the error that occurred in it. */
export function buildInThread(shape: TemplateShape): Promise<StoredObject[]> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./template-thread.js', import.meta.url), { workerData: shape });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the thread that builds a template ended with ${code}`)));
  });
}
