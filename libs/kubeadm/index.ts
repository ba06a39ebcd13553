export { bootstrapCluster, bootstrapPhases, runSteps } from './bootstrap.js';
export { cloudControllerManagerManifest, cloudManifestFiles, cloudSteps } from './cloud-controller-manager.js';
export { KUBELET_CONFIGURATION } from './config-maps.js';
export { localPathStorage } from './local-path-storage.js';
export { NODE_PRESETS, type NodePreset, presetNodes } from './presets.js';
export { nodeRules } from './rbac.js';
export {
  apiServerManifest,
  controllerManagerManifest,
  hashOf,
  type ManifestFile,
  manifestFiles,
  mirrorPod,
  schedulerManifest,
} from './static-pods.js';
export type { Made, Step } from './step.js';
export { type ClusterTemplate, DEFAULT_NODES, machineOf, type NamedNode, planNodes } from './template.js';
