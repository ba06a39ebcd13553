import { nodePods } from './node.js';
import { events, owner } from './object.js';
import { podClaims, podConfigMaps, podNode, podSecrets, podServices } from './pod.js';
import type { Relation } from './relation.js';
import { serviceEndpointSlices, serviceEndpoints, servicePods } from './service.js';
import { claimPods, claimVolume, volumeClaim } from './storage.js';
import { controlledPods, cronJobJobs, deploymentPods, deploymentReplicaSets } from './workloads.js';

/** Every relation of the graph. */
export const relations: readonly Relation[] = [
  owner,
  events,
  podNode,
  podServices,
  podConfigMaps,
  podSecrets,
  podClaims,
  deploymentReplicaSets,
  deploymentPods,
  ...controlledPods,
  cronJobJobs,
  serviceEndpoints,
  serviceEndpointSlices,
  servicePods,
  nodePods,
  claimVolume,
  volumeClaim,
  claimPods,
];
