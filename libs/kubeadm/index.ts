export { bootstrapCluster, bootstrapPhases } from './bootstrap.js';
export { nodeRules } from './rbac.js';
export type { Made, Step } from './step.js';
export { type ClusterTemplate, DEFAULT_NODES } from './template.js';
