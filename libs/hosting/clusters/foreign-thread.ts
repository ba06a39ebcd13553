import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { acceptedRows, ForeignRefused, type ForeignRow } from '#cluster/foreign-objects';
import type { ThreadAnswer } from './limited-thread.js';

// A thread that checks the rows of one cluster and ends. On Linux 0 is the calling thread, not the process (setpriority(2)).
setPriority(0, 10);

async function accepted(): Promise<ThreadAnswer<ForeignRow[]>> {
  try {
    return { value: await acceptedRows(workerData as ForeignRow[]) };
  } catch (error) {
    if (error instanceof ForeignRefused) return { refused: error.message };
    throw error;
  }
}

parentPort?.postMessage(await accepted());
