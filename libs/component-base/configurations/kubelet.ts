import { type ConfigurationDocument, withDefaults, withoutEmpty } from './document.js';
import { LOGGING } from './logging.js';

/** A field that is not served while it is not given. */
const NONE = undefined;

/** k8s.io/kubelet/config/v1beta1 in the order of its fields, with the defaults of pkg/kubelet/apis/config/v1beta1 and pkg/kubelet/eviction. */
const DEFAULTS: ConfigurationDocument = {
  kind: 'KubeletConfiguration',
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  ...{ enableServer: true, staticPodPath: NONE, podLogsDir: '/var/log/pods', syncFrequency: '1m0s', fileCheckFrequency: '20s' },
  ...{ httpCheckFrequency: '20s', staticPodURL: NONE, staticPodURLHeader: NONE, address: '0.0.0.0', port: 10_250, readOnlyPort: NONE },
  ...{ tlsCertFile: NONE, tlsPrivateKeyFile: NONE, tlsCipherSuites: NONE, tlsCurvePreferences: NONE, tlsMinVersion: NONE },
  ...{ rotateCertificates: NONE, serverTLSBootstrap: NONE },
  authentication: { x509: {}, webhook: { enabled: true, cacheTTL: '2m0s' }, anonymous: { enabled: false } },
  authorization: { mode: 'Webhook', webhook: { cacheAuthorizedTTL: '5m0s', cacheUnauthorizedTTL: '30s' } },
  ...{ registryPullQPS: 5, registryBurst: 10, imagePullCredentialsVerificationPolicy: 'NeverVerifyPreloadedImages' },
  ...{ preloadedImagesVerificationAllowlist: NONE, eventRecordQPS: 50, eventBurst: 100, enableDebuggingHandlers: true },
  ...{ enableContentionProfiling: NONE, healthzPort: 10_248, healthzBindAddress: '127.0.0.1', oomScoreAdj: -999, clusterDomain: NONE },
  ...{ clusterDNS: NONE, streamingConnectionIdleTimeout: '4h0m0s', nodeStatusUpdateFrequency: '10s', nodeStatusReportFrequency: '5m0s' },
  ...{ nodeLeaseDurationSeconds: 40, imageMinimumGCAge: '2m0s', imageMaximumGCAge: '0s', imageGCHighThresholdPercent: 85 },
  ...{ imageGCLowThresholdPercent: 80, volumeStatsAggPeriod: '1m0s', kubeletCgroups: NONE, systemCgroups: NONE, cgroupRoot: NONE },
  ...{ cgroupsPerQOS: true, cgroupDriver: 'cgroupfs', cpuManagerPolicy: 'none', singleProcessOOMKill: NONE, cpuManagerPolicyOptions: NONE },
  ...{ cpuManagerReconcilePeriod: '10s', memoryManagerPolicy: 'None', topologyManagerPolicy: 'none', topologyManagerScope: 'container' },
  ...{ topologyManagerPolicyOptions: NONE, qosReserved: NONE, runtimeRequestTimeout: '2m0s', hairpinMode: 'promiscuous-bridge' },
  ...{ maxPods: 110, podCIDR: NONE, podPidsLimit: -1, resolvConf: '/etc/resolv.conf', runOnce: NONE, cpuCFSQuota: true },
  ...{ cpuCFSQuotaPeriod: '100ms', nodeStatusMaxImages: 50, maxOpenFiles: 1_000_000, contentType: 'application/vnd.kubernetes.protobuf' },
  ...{ kubeAPIQPS: 50, kubeAPIBurst: 100, serializeImagePulls: true, maxParallelImagePulls: NONE },
  evictionHard: {},
  ...{ evictionSoft: NONE, evictionSoftGracePeriod: NONE, evictionPressureTransitionPeriod: '5m0s', evictionMaxPodGracePeriod: NONE },
  ...{ evictionMinimumReclaim: NONE, mergeDefaultEvictionSettings: false, podsPerCore: NONE, enableControllerAttachDetach: true },
  ...{ protectKernelDefaults: NONE, makeIPTablesUtilChains: true, iptablesMasqueradeBit: 14, iptablesDropBit: 15, featureGates: NONE },
  ...{ failSwapOn: true, memorySwap: {}, containerLogMaxSize: '10Mi', containerLogMaxFiles: 5, containerLogMaxWorkers: 1 },
  ...{ containerLogMonitorInterval: '10s', configMapAndSecretChangeDetectionStrategy: 'Watch', systemReserved: NONE, kubeReserved: NONE },
  ...{ reservedSystemCPUs: NONE, showHiddenMetricsForVersion: NONE, systemReservedCgroup: NONE, kubeReservedCgroup: NONE },
  ...{ enforceNodeAllocatable: ['pods'], allowedUnsafeSysctls: NONE },
  volumePluginDir: '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/',
  ...{ providerID: NONE, kernelMemcgNotification: NONE, logging: LOGGING, enableSystemLogHandler: true, enableSystemLogQuery: NONE },
  ...{ shutdownGracePeriod: '0s', shutdownGracePeriodCriticalPods: '0s', shutdownGracePeriodByPodPriority: NONE },
  ...{ crashLoopBackOff: { maxContainerRestartPeriod: '5m0s' }, reservedMemory: NONE, enableProfilingHandler: true },
  ...{ enableDebugFlagsHandler: true, seccompDefault: false, memoryThrottlingFactor: 0.9, memoryReservationPolicy: 'None' },
  ...{ registerWithTaints: NONE, registerNode: true, tracing: NONE, localStorageCapacityIsolation: true },
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  ...{ imageServiceEndpoint: NONE, failCgroupV1: true, userNamespaces: NONE },
};

const EVICTION_HARD = {
  'imagefs.available': '15%',
  'imagefs.inodesFree': '5%',
  'memory.available': '100Mi',
  'nodefs.available': '10%',
  'nodefs.inodesFree': '5%',
};

/** Numbers that may be 0: pointers upstream. */
const ZEROS: ReadonlySet<string> = new Set([
  ...['registryPullQPS', 'eventRecordQPS', 'healthzPort', 'oomScoreAdj', 'imageGCHighThresholdPercent', 'imageGCLowThresholdPercent'],
  ...['podPidsLimit', 'nodeStatusMaxImages', 'kubeAPIQPS', 'iptablesMasqueradeBit', 'iptablesDropBit', 'containerLogMaxFiles'],
  ...['containerLogMaxWorkers', 'memoryThrottlingFactor', 'verbosity'],
]);

/** What a kubelet with this KubeletConfiguration serves at /configz. */
export function kubeletConfigurations(given: ConfigurationDocument): ConfigurationDocument {
  const merged = withDefaults(DEFAULTS, given, ZEROS);
  const { nodeStatusReportFrequency = '0s', nodeStatusUpdateFrequency = '0s', maxParallelImagePulls = 0, serializeImagePulls } = given;
  const follows = nodeStatusReportFrequency === '0s' && nodeStatusUpdateFrequency !== '0s';
  const document = {
    ...merged,
    ...(follows && { nodeStatusReportFrequency: merged.nodeStatusUpdateFrequency }),
    evictionHard: given.evictionHard ?? EVICTION_HARD,
    serializeImagePulls: serializeImagePulls ?? Number(maxParallelImagePulls) < 2,
    ...(Number(merged.podPidsLimit) < 0 && { podPidsLimit: -1 }),
  };
  return { kubeletconfig: withoutEmpty(document) };
}
