export { configurationErrors } from './config/configuration.js';
export type { CycleState, Plugin, PreFiltered, Rejection, Weighted, World } from './framework.js';
export { plugins as schedulerPlugins } from './plugins/index.js';
export { kubeScheduler } from './scheduler.js';
