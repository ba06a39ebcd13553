/** What flags of cloud-controller-manager decide of what its controllers do; times in milliseconds. */
export interface CloudOptions {
  /** Load balancers that are made at a time at most (--concurrent-service-syncs). */
  readonly concurrentServices: number;
  /** How often nodes that are not ready are looked up in the cloud (--node-monitor-period). */
  readonly nodeMonitorPeriod: number;
  /** How often the addresses of nodes are compared with those of their machines (--node-status-update-frequency). */
  readonly nodeStatusPeriod: number;
}

/** What it does without flags (cloud-provider/config/v1alpha1 and the controllers' own defaults). */
export const CLOUD_DEFAULTS: CloudOptions = Object.freeze({
  concurrentServices: 1,
  nodeMonitorPeriod: 5_000,
  nodeStatusPeriod: 300_000,
});
