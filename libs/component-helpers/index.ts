export {
  authenticatingToken,
  BOOTSTRAP_TOKEN_TYPE,
  bootstrapTokenExpiry,
  parseBootstrapToken,
  signingToken,
} from './bootstrap-token.js';
export { bringsPods } from './brings-pods.js';
export { type Condition, conditionOf, setCondition, transitionTime, withoutCondition } from './conditions.js';
export { type CronSchedule, isTimeZone, parseCronSchedule, scheduleError } from './cron-schedule.js';
export {
  ADAPTER_SERVICES,
  EXTERNAL_METRIC,
  type ExternalSeries,
  metricOf,
  metricsOf,
  seriesOf,
} from './custom-metrics.js';
export { type CompiledSelector, compileSelector, DEVICE_LIMITS, isTooComplex, SelectorFailure, selectsDevice } from './device-selectors.js';
export { toleratesDeviceTaint } from './device-taints.js';
export { type DeviceDriver, deviceDriverIn, type SliceContent, slicesOf } from './devices/device-driver.js';
export { budgetSelects, disruptionAllowedCondition, withDisruptionAllowed } from './disruption-budgets.js';
export { kubernetesService } from './kubernetes-service.js';
export { newestDefault } from './newest-default.js';
export { nodeSelectorMatcher, preferredNodeScore, requiredNodeAffinity } from './node-affinity.js';
export { lastReported } from './node-reports.js';
export { podQOS } from './pod-qos.js';
export { podReferences, type Referenced, volumeSecrets } from './pod-references.js';
export { podLimits, podRequests, type ResourceList, resourceListTexts } from './pod-requests.js';
export {
  isPodActive,
  isPodReady,
  isPodTerminal,
  isPodTerminating,
  isTerminalPhase,
  podAvailableAt,
  podPriority,
  podReadySince,
} from './pods.js';
export { addAmounts, amountsOf, exceedingResources, maskAmounts, sameAmounts, subtractAmounts, withoutZeros } from './quota/amounts.js';
export { hasScopes, type QuotaEvaluator, type QuotaSurroundings, type ScopeRequirement, scopeRequirements } from './quota/evaluator.js';
export { quotaEvaluatorOf } from './quota/evaluators.js';
export { attributesClasses } from './quota/persistent-volume-claims.js';
export { countsForQuota, countsUntil, isLimitedInTime } from './quota/pods.js';
export { isMadeFor } from './quota/resource-claims.js';
export { isExtendedResource, isNativeResource } from './quota/resource-names.js';
export { countUsage } from './quota/usage.js';
export { renewalManager, renewalSkew } from './renewal-skew.js';
export { type ContainerMetrics, type PodMetrics, PodMetricsResource } from './resource-metrics.js';
export {
  isServerLease,
  isServerRenewed,
  SERVER_RENEWAL,
  serverLease,
  serverLeaseName,
} from './server-lease.js';
export { tolerates, tolerationsTolerate, untoleratedTaint } from './tolerations.js';
export { annotatedUsage, hasUsageAnnotation, type UsedResource } from './used-resources.js';
export {
  BETA_STORAGE_PROVISIONER,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  DEFAULT_STORAGE_CLASS,
  MIGRATED_TO,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
} from './volumes/annotations.js';
export {
  type AttachableVolume,
  attachableVolumes,
  attachesVolumes,
  type BoundVolume,
  boundVolumes,
  uniqueVolumeName,
  type VolumeObjects,
} from './volumes/attachable.js';
export {
  claimNameOf,
  delaysBinding,
  hasSelectedNode,
  namesClass,
  notForPod,
  podClaimNames,
  RESIZE_CONDITIONS,
  storageClassOf,
  usesClaims,
} from './volumes/claims.js';
export {
  allowsNode,
  bindVolumeToClaim,
  differInVolumeMode,
  findBestVolume,
  findMatchingVolume,
  isVolumeBoundToClaim,
  type MatchOptions,
  volumeMismatch,
  volumeReachesNode,
} from './volumes/matching.js';
export { asCSI, inlineAsCSI, migratedDriver, usesVolumes } from './volumes/migrated.js';
export {
  DRIVER_TOPOLOGY_KEY,
  type DriverFlags,
  type StorageProgram,
  type StorageTask,
  storageProgramsIn,
} from './volumes/storage-programs.js';
