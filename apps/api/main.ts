import 'reflect-metadata';
import { runProcess } from '#hosting';
import { apiConfig } from './config.js';
import { startApi } from './start-api.js';

await runProcess('api', apiConfig, startApi);
