import { CONTROLLER_DEFAULTS, type ControllerOptions } from '#component-base';
import { durationOf, type Flags, integerOf, numberOf } from './flags.js';
import { nodePrefix } from './pod-ranges.js';

/** What the flags of kube-controller-manager say of its controllers. Throws StartFailure. */
export function controllerOptions(flags: Flags): ControllerOptions {
  const { autoscaling: scaling, ...unset } = CONTROLLER_DEFAULTS;
  const hpa = 'horizontal-pod-autoscaler';
  return {
    terminatedPods: integerOf(flags, 'terminated-pod-gc-threshold', unset.terminatedPods),
    nodeGracePeriod: durationOf(flags, 'node-monitor-grace-period') ?? unset.nodeGracePeriod,
    nodeStartupGracePeriod: durationOf(flags, 'node-startup-grace-period') ?? unset.nodeStartupGracePeriod,
    evictionRate: numberOf(flags, 'node-eviction-rate', unset.evictionRate),
    secondaryEvictionRate: numberOf(flags, 'secondary-node-eviction-rate', unset.secondaryEvictionRate),
    largeZone: integerOf(flags, 'large-cluster-size-threshold', unset.largeZone),
    unhealthyShare: numberOf(flags, 'unhealthy-zone-threshold', unset.unhealthyShare),
    nodePrefix: nodePrefix(flags),
    autoscaling: {
      syncPeriod: durationOf(flags, `${hpa}-sync-period`) ?? scaling.syncPeriod,
      tolerance: numberOf(flags, `${hpa}-tolerance`, scaling.tolerance),
      downscaleStabilization: durationOf(flags, `${hpa}-downscale-stabilization`) ?? scaling.downscaleStabilization,
      cpuInitialization: durationOf(flags, `${hpa}-cpu-initialization-period`) ?? scaling.cpuInitialization,
      initialReadiness: durationOf(flags, `${hpa}-initial-readiness-delay`) ?? scaling.initialReadiness,
    },
    endpointsPerSlice: integerOf(flags, 'max-endpoints-per-slice', unset.endpointsPerSlice),
    legacyTokens: durationOf(flags, 'legacy-service-account-token-clean-up-period') ?? unset.legacyTokens,
  };
}

/** Limits of --max-endpoints-per-slice (options/endpointslicecontroller.go). */
const SLICES = { least: 1, most: 1000 };

/** What kube-controller-manager does not start with. */
export function optionErrors({ endpointsPerSlice }: ControllerOptions): string[] {
  const { least, most } = SLICES;
  if (endpointsPerSlice < least) return [`max-endpoints-per-slice must not be less than ${least}, but got ${endpointsPerSlice}`];
  return endpointsPerSlice > most ? [`max-endpoints-per-slice must not be more than ${most}, but got ${endpointsPerSlice}`] : [];
}
