export { bootstrapCluster, bootstrapPhases } from './bootstrap.js';
export { nodeRules } from './rbac.js';
export { apiServerManifest, controllerManagerManifest, hashOf, mirrorPod } from './static-pods.js';
export type { Made, Step } from './step.js';
export { type ClusterTemplate, DEFAULT_NODES } from './template.js';
