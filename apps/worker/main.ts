import 'reflect-metadata';
import { runProcess } from '#hosting';
import { workerConfig } from './config.js';
import { startWorker } from './start-worker.js';

await runProcess('worker', workerConfig, startWorker);
