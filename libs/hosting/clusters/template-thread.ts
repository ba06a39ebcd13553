import { parentPort, workerData } from 'node:worker_threads';
import { buildTemplate, type TemplateShape } from '#cluster';

// A thread that builds one template and ends: hundreds of nodes take seconds, in which the process has others to answer.
parentPort?.postMessage(await buildTemplate(workerData as TemplateShape));
