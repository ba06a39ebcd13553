/** What flags of kube-controller-manager decide of what its controllers do; times in milliseconds. */
export interface ControllerOptions {
  /** How many terminated pods there may be; none are deleted if that is not positive (--terminated-pod-gc-threshold). */
  readonly terminatedPods: number;
  /** How long a node may be silent (--node-monitor-grace-period), and one that never reported (--node-startup-grace-period). */
  readonly nodeGracePeriod: number;
  readonly nodeStartupGracePeriod: number;
  /** Nodes that may be tainted a second in a zone (--node-eviction-rate), and in a large one with trouble (--secondary-node-eviction-rate). */
  readonly evictionRate: number;
  readonly secondaryEvictionRate: number;
  /** The size above which a zone is large (--large-cluster-size-threshold). */
  readonly largeZone: number;
  /** The share of nodes that are not ready from which a zone has trouble (--unhealthy-zone-threshold). */
  readonly unhealthyShare: number;
  /** The prefix length of the IPv4 range of a node's pods (--node-cidr-mask-size, --node-cidr-mask-size-ipv4). */
  readonly nodePrefix: number;
  readonly autoscaling: AutoscalingOptions;
  /** Endpoints of a slice at most (--max-endpoints-per-slice). */
  readonly endpointsPerSlice: number;
  /** How long a token Secret is unused before it is marked, and marked before it is deleted (--legacy-service-account-token-clean-up-period). */
  readonly legacyTokens: number;
}

/** The flags --horizontal-pod-autoscaler-*. */
export interface AutoscalingOptions {
  readonly syncPeriod: number;
  /** How far usage may be from its target without a change. */
  readonly tolerance: number;
  readonly downscaleStabilization: number;
  /** How long the CPU usage of a new pod counts only while it is ready. */
  readonly cpuInitialization: number;
  /** A pod that became unready within this time of its start was never ready. */
  readonly initialReadiness: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What it does without flags (pkg/controller/apis/config/v1alpha1 and the controllers' own defaults). */
export const CONTROLLER_DEFAULTS: ControllerOptions = Object.freeze({
  terminatedPods: 12_500,
  nodeGracePeriod: 50 * SECOND,
  nodeStartupGracePeriod: MINUTE,
  evictionRate: 0.1,
  secondaryEvictionRate: 0.01,
  largeZone: 50,
  unhealthyShare: 0.55,
  nodePrefix: 24,
  autoscaling: Object.freeze({
    syncPeriod: 15 * SECOND,
    tolerance: 0.1,
    downscaleStabilization: 5 * MINUTE,
    cpuInitialization: 5 * MINUTE,
    initialReadiness: 30 * SECOND,
  }),
  endpointsPerSlice: 100,
  legacyTokens: 365 * 24 * 60 * MINUTE,
});
