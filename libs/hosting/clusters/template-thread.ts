import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { buildTemplate, type TemplateShape } from '#cluster';

// A thread that builds one template and ends: hundreds of nodes take seconds, during which the process has to answer requests. On Linux 0
// is the calling thread, not the process (setpriority(2)).
setPriority(0, 10);
parentPort?.postMessage(await buildTemplate(workerData as TemplateShape));
