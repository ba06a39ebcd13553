import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type BuiltTemplate, buildTemplate, StartRefused, type TemplateShape } from '#cluster';
import type { ThreadAnswer } from './limited-thread.js';

// A thread that builds one template and ends: hundreds of nodes take seconds, during which the process has to answer requests. On Linux 0
// is the calling thread, not the process (setpriority(2)).
setPriority(0, 10);

async function built(): Promise<ThreadAnswer<BuiltTemplate>> {
  try {
    return { value: await buildTemplate(workerData as TemplateShape) };
  } catch (error) {
    if (error instanceof StartRefused) return { refused: error.message };
    throw error;
  }
}

parentPort?.postMessage(await built());
