export { configurationErrors } from './config/configuration.js';
export { servedConfiguration } from './config/served-configuration.js';
export { explainScheduling, type SchedulingExplanation } from './explain.js';
export type { CycleState, Plugin, PreFiltered, Rejection, Weighted, World } from './framework.js';
export { decisionInputs, PastWorld } from './past-world.js';
export { plugins as schedulerPlugins } from './plugins/index.js';
export { schedulerProfiles } from './profiles.js';
export { kubeScheduler } from './scheduler.js';
