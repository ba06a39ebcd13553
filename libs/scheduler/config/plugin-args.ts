import type { corev1 } from '#api';

/** A point of a broken linear function: utilization 0 … 100, score 0 … 10. */
export interface ShapePoint {
  utilization: number;
  score: number;
}

/** A resource and its weight in a score. */
export interface ResourceWeight {
  name: string;
  weight: number;
}

/** How NodeResourcesFit scores. */
export interface ScoringStrategy {
  type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  resources: readonly ResourceWeight[];
  requestedToCapacityRatio?: { shape: readonly ShapePoint[] };
}

/** The arguments of all plugins that have some, with their defaults (apis/config/types_pluginargs.go, v1/defaults.go). */
export interface PluginArgs {
  DefaultPreemption: { minCandidateNodesPercentage: number; minCandidateNodesAbsolute: number };
  InterPodAffinity: { hardPodAffinityWeight: number; ignorePreferredTermsOfExistingPods: boolean };
  NodeAffinity: { addedAffinity?: corev1.NodeAffinity };
  NodeResourcesBalancedAllocation: { resources: readonly ResourceWeight[] };
  NodeResourcesFit: {
    ignoredResources: readonly string[];
    ignoredResourceGroups: readonly string[];
    scoringStrategy: ScoringStrategy;
  };
  PodTopologySpread: { defaultConstraints: readonly corev1.TopologySpreadConstraint[]; defaultingType: 'System' | 'List' };
  VolumeBinding: { bindTimeoutSeconds: number };
}

const resources: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** What plugins get if the configuration says nothing about them. */
export const DEFAULT_ARGS: PluginArgs = {
  DefaultPreemption: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
  InterPodAffinity: { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false },
  NodeAffinity: {},
  NodeResourcesBalancedAllocation: { resources },
  NodeResourcesFit: { ignoredResources: [], ignoredResourceGroups: [], scoringStrategy: { type: 'LeastAllocated', resources } },
  PodTopologySpread: { defaultConstraints: [], defaultingType: 'System' },
  VolumeBinding: { bindTimeoutSeconds: 600 },
};
