import { type ConfigurationDocument, durationText, setAt } from './document.js';

/** The configuration of the clients, the election and the debugging of both managers, by flags: path, flag, type, default. */
const GENERIC = `
  Port - number 0
  Address - text 0.0.0.0
  MinResyncPeriod min-resync-period duration 12h0m0s
  ClientConnection.kubeconfig kubeconfig text
  ClientConnection.acceptContentTypes - text
  ClientConnection.contentType kube-api-content-type text application/vnd.kubernetes.protobuf
  ClientConnection.qps kube-api-qps number 20
  ClientConnection.burst kube-api-burst number 30
  ControllerStartInterval controller-start-interval duration 0s
  LeaderElection.leaderElect leader-elect boolean true
  LeaderElection.leaseDuration leader-elect-lease-duration duration 15s
  LeaderElection.renewDeadline leader-elect-renew-deadline duration 10s
  LeaderElection.retryPeriod leader-elect-retry-period duration 2s
  LeaderElection.resourceLock leader-elect-resource-lock text leases
  LeaderElection.resourceName leader-elect-resource-name text NAME
  LeaderElection.resourceNamespace leader-elect-resource-namespace text kube-system
  Controllers - list
  Debugging.enableProfiling profiling boolean true
  Debugging.enableContentionProfiling contention-profiling boolean false
  LeaderMigrationEnabled enable-leader-migration boolean false
  LeaderMigration.leaderName - text
  LeaderMigration.resourceLock - text
  LeaderMigration.controllerLeaders - list`;

/** k8s.io/cloud-provider/config/v1alpha1 KubeCloudSharedConfiguration */
const CLOUD_SHARED = `
  CloudProvider.Name cloud-provider text
  CloudProvider.CloudConfigFile cloud-config text
  ExternalCloudVolumePlugin external-cloud-volume-plugin text
  UseServiceAccountCredentials use-service-account-credentials boolean false
  AllowUntaggedCloud allow-untagged-cloud boolean false
  RouteReconciliationPeriod route-reconciliation-period duration 10s
  NodeMonitorPeriod node-monitor-period duration 5s
  ClusterName cluster-name text kubernetes
  ClusterCIDR cluster-cidr text
  AllocateNodeCIDRs allocate-node-cidrs boolean false
  CIDRAllocatorType cidr-allocator-type text RangeAllocator
  ConfigureCloudRoutes configure-cloud-routes boolean true
  NodeSyncPeriod node-sync-period duration 0s`;

/** k8s.io/kube-controller-manager/config/v1alpha1, with the defaults of pkg/controller and the flags of cmd/kube-controller-manager. */
const KUBE = `
  AttachDetachController.DisableAttachDetachReconcilerSync disable-attach-detach-reconcile-sync boolean false
  AttachDetachController.ReconcilerSyncLoopPeriod attach-detach-reconcile-sync-period duration 1m0s
  AttachDetachController.disableForceDetachOnTimeout disable-force-detach-on-timeout boolean false
  CSRSigningController.ClusterSigningCertFile cluster-signing-cert-file text
  CSRSigningController.ClusterSigningKeyFile cluster-signing-key-file text
  CSRSigningController.KubeletServingSignerConfiguration.CertFile cluster-signing-kubelet-serving-cert-file text
  CSRSigningController.KubeletServingSignerConfiguration.KeyFile cluster-signing-kubelet-serving-key-file text
  CSRSigningController.KubeletClientSignerConfiguration.CertFile cluster-signing-kubelet-client-cert-file text
  CSRSigningController.KubeletClientSignerConfiguration.KeyFile cluster-signing-kubelet-client-key-file text
  CSRSigningController.KubeAPIServerClientSignerConfiguration.CertFile cluster-signing-kube-apiserver-client-cert-file text
  CSRSigningController.KubeAPIServerClientSignerConfiguration.KeyFile cluster-signing-kube-apiserver-client-key-file text
  CSRSigningController.LegacyUnknownSignerConfiguration.CertFile cluster-signing-legacy-unknown-cert-file text
  CSRSigningController.LegacyUnknownSignerConfiguration.KeyFile cluster-signing-legacy-unknown-key-file text
  CSRSigningController.ClusterSigningDuration cluster-signing-duration duration 8760h0m0s
  DaemonSetController.ConcurrentDaemonSetSyncs concurrent-daemonset-syncs number 2
  DeploymentController.ConcurrentDeploymentSyncs concurrent-deployment-syncs number 5
  StatefulSetController.ConcurrentStatefulSetSyncs concurrent-statefulset-syncs number 5
  DeprecatedController - object
  EndpointController.ConcurrentEndpointSyncs concurrent-endpoint-syncs number 5
  EndpointController.EndpointUpdatesBatchPeriod endpoint-updates-batch-period duration 0s
  EndpointSliceController.ConcurrentServiceEndpointSyncs concurrent-service-endpoint-syncs number 5
  EndpointSliceController.MaxEndpointsPerSlice max-endpoints-per-slice number 100
  EndpointSliceController.EndpointUpdatesBatchPeriod endpointslice-updates-batch-period duration 0s
  EndpointSliceMirroringController.MirroringConcurrentServiceEndpointSyncs mirroring-concurrent-service-endpoint-syncs number 5
  EndpointSliceMirroringController.MirroringMaxEndpointsPerSubset mirroring-max-endpoints-per-subset number 1000
  EndpointSliceMirroringController.MirroringEndpointUpdatesBatchPeriod mirroring-endpointslice-updates-batch-period duration 0s
  EphemeralVolumeController.ConcurrentEphemeralVolumeSyncs concurrent-ephemeralvolume-syncs number 5
  GarbageCollectorController.EnableGarbageCollector enable-garbage-collector boolean true
  GarbageCollectorController.ConcurrentGCSyncs concurrent-gc-syncs number 20
  GarbageCollectorController.GCIgnoredResources - ignored
  HPAController.ConcurrentHorizontalPodAutoscalerSyncs concurrent-horizontal-pod-autoscaler-syncs number 5
  HPAController.HorizontalPodAutoscalerSyncPeriod horizontal-pod-autoscaler-sync-period duration 15s
  HPAController.HorizontalPodAutoscalerDownscaleStabilizationWindow horizontal-pod-autoscaler-downscale-stabilization duration 5m0s
  HPAController.HorizontalPodAutoscalerTolerance horizontal-pod-autoscaler-tolerance number 0.1
  HPAController.HorizontalPodAutoscalerCPUInitializationPeriod horizontal-pod-autoscaler-cpu-initialization-period duration 5m0s
  HPAController.HorizontalPodAutoscalerInitialReadinessDelay horizontal-pod-autoscaler-initial-readiness-delay duration 30s
  JobController.ConcurrentJobSyncs concurrent-job-syncs number 5
  CronJobController.ConcurrentCronJobSyncs concurrent-cron-job-syncs number 5
  LegacySATokenCleaner.CleanUpPeriod legacy-service-account-token-clean-up-period duration 8760h0m0s
  NamespaceController.NamespaceSyncPeriod namespace-sync-period duration 5m0s
  NamespaceController.ConcurrentNamespaceSyncs concurrent-namespace-syncs number 10
  NodeIPAMController.ServiceCIDR service-cluster-ip-range first
  NodeIPAMController.SecondaryServiceCIDR service-cluster-ip-range second
  NodeIPAMController.NodeCIDRMaskSize node-cidr-mask-size number 0
  NodeIPAMController.NodeCIDRMaskSizeIPv4 node-cidr-mask-size-ipv4 number 0
  NodeIPAMController.NodeCIDRMaskSizeIPv6 node-cidr-mask-size-ipv6 number 0
  NodeLifecycleController.NodeEvictionRate node-eviction-rate number 0.1
  NodeLifecycleController.SecondaryNodeEvictionRate secondary-node-eviction-rate number 0.01
  NodeLifecycleController.NodeStartupGracePeriod node-startup-grace-period duration 1m0s
  NodeLifecycleController.NodeMonitorGracePeriod node-monitor-grace-period duration 50s
  NodeLifecycleController.PodEvictionTimeout - duration 5m0s
  NodeLifecycleController.LargeClusterSizeThreshold large-cluster-size-threshold number 50
  NodeLifecycleController.UnhealthyZoneThreshold unhealthy-zone-threshold number 0.55
  PersistentVolumeBinderController.PVClaimBinderSyncPeriod pvclaimbinder-sync-period duration 15s
  PersistentVolumeBinderController.VolumeConfiguration.EnableHostPathProvisioning enable-hostpath-provisioner boolean false
  PersistentVolumeBinderController.VolumeConfiguration.EnableDynamicProvisioning enable-dynamic-provisioning boolean true
  PersistentVolumeBinderController.VolumeConfiguration.PersistentVolumeRecyclerConfiguration.MaximumRetry - number 3
  PersistentVolumeBinderController.VolumeConfiguration.PersistentVolumeRecyclerConfiguration.MinimumTimeoutNFS pv-recycler-minimum-timeout-nfs number 300
  PersistentVolumeBinderController.VolumeConfiguration.PersistentVolumeRecyclerConfiguration.PodTemplateFilePathNFS pv-recycler-pod-template-filepath-nfs text
  PersistentVolumeBinderController.VolumeConfiguration.PersistentVolumeRecyclerConfiguration.IncrementTimeoutNFS pv-recycler-increment-timeout-nfs number 30
  PersistentVolumeBinderController.VolumeConfiguration.PersistentVolumeRecyclerConfiguration.PodTemplateFilePathHostPath pv-recycler-pod-template-filepath-hostpath text
  PersistentVolumeBinderController.VolumeConfiguration.PersistentVolumeRecyclerConfiguration.MinimumTimeoutHostPath pv-recycler-minimum-timeout-hostpath number 60
  PersistentVolumeBinderController.VolumeConfiguration.PersistentVolumeRecyclerConfiguration.IncrementTimeoutHostPath pv-recycler-timeout-increment-hostpath number 30
  PersistentVolumeBinderController.VolumeConfiguration.FlexVolumePluginDir flex-volume-plugin-dir text /usr/libexec/kubernetes/kubelet-plugins/volume/exec/
  PodGCController.TerminatedPodGCThreshold terminated-pod-gc-threshold number 12500
  ReplicaSetController.ConcurrentRSSyncs concurrent-replicaset-syncs number 5
  ReplicationController.ConcurrentRCSyncs concurrent-rc-syncs number 5
  ResourceQuotaController.ResourceQuotaSyncPeriod resource-quota-sync-period duration 5m0s
  ResourceQuotaController.ConcurrentResourceQuotaSyncs concurrent-resource-quota-syncs number 5
  SAController.ServiceAccountKeyFile service-account-private-key-file text
  SAController.ConcurrentSATokenSyncs concurrent-serviceaccount-token-syncs number 5
  SAController.RootCAFile root-ca-file text
  ServiceController.ConcurrentServiceSyncs concurrent-service-syncs number 1
  TTLAfterFinishedController.ConcurrentTTLSyncs concurrent-ttl-after-finished-syncs number 5
  ValidatingAdmissionPolicyStatusController.ConcurrentPolicySyncs concurrent-validating-admission-policy-status-syncs number 5
  DeviceTaintEvictionController.ConcurrentSyncs concurrent-device-taint-eviction-syncs number 8
  ResourceClaimController.ConcurrentSyncs concurrent-resourceclaim-syncs number 50`;

/** k8s.io/cloud-provider/config/v1alpha1 CloudControllerManagerConfiguration */
const CLOUD = `
  NodeController.ConcurrentNodeSyncs concurrent-node-syncs number 1
  NodeController.ConcurrentNodeStatusUpdates concurrent-node-status-updates number 0
  ServiceController.ConcurrentServiceSyncs concurrent-service-syncs number 1
  NodeStatusUpdateFrequency node-status-update-frequency duration 5m0s
  Webhook.Webhooks webhooks list`;

interface Field {
  path: string;
  flag: string;
  type: string;
  unset: string;
}

const fieldsOf = (table: string, prefix = ''): Field[] =>
  table
    .trim()
    .split('\n')
    .map((line) => {
      const [path = '', flag = '', type = '', unset = ''] = line.trim().split(' ');
      return { path: prefix + path, flag, type, unset };
    });

/** A manager that is configured by flags alone. */
interface Manager {
  readonly name: string;
  /** The name of its configuration in /configz: its API group. */
  readonly group: string;
  readonly kind: string;
  readonly fields: readonly Field[];
}

const shared = [...fieldsOf(GENERIC, 'Generic.'), ...fieldsOf(CLOUD_SHARED, 'KubeCloudShared.')];

const MANAGERS: readonly Manager[] = [
  {
    name: 'kube-controller-manager',
    group: 'kubecontrollermanager.config.k8s.io',
    kind: 'KubeControllerManagerConfiguration',
    fields: [...shared, ...fieldsOf(KUBE)],
  },
  {
    name: 'cloud-controller-manager',
    group: 'cloudcontrollermanager.config.k8s.io',
    kind: 'CloudControllerManagerConfiguration',
    fields: [...shared, ...fieldsOf(CLOUD)],
  },
];

/** garbagecollector.DefaultIgnoredResources */
const IGNORED = [
  { Group: '', Resource: 'events' },
  { Group: 'events.k8s.io', Resource: 'events' },
];

function flagValue({ type, unset, flag }: Field, flags: ReadonlyMap<string, string>): unknown {
  const given = flags.get(flag);
  switch (type) {
    case 'number':
      return Number.isFinite(Number(given)) && given !== '' ? Number(given) : Number(unset);
    case 'boolean':
      return /^(1|t|T|TRUE|true|True)$/.test(given ?? unset);
    case 'duration':
      return durationText(given ?? unset);
    case 'first':
      return (given ?? '').split(',')[0];
    case 'second':
      return (given ?? '').split(',')[1] ?? '';
    case 'list':
      return given ? given.split(',') : null;
    case 'ignored':
      return IGNORED;
    case 'object':
      return {};
    default:
      return given ?? unset;
  }
}

/**
 * What kube-controller-manager or cloud-controller-manager serves at /configz: its configuration, in which nothing has names of JSON but what
 * it shares with other components. `controllers`: those of --controllers by their own names. Undefined for other components.
 */
export function managerConfigurations(
  name: string,
  { flags, controllers }: { flags: ReadonlyMap<string, string>; controllers: readonly string[] },
): ConfigurationDocument | undefined {
  const manager = MANAGERS.find((each) => each.name === name);
  if (manager === undefined) return undefined;
  const document: Record<string, unknown> = { kind: manager.kind, apiVersion: `${manager.group}/v1alpha1` };
  for (const field of manager.fields) setAt(document, field.path, flagValue(field, flags));
  setAt(document, 'Generic.Controllers', controllers);
  if (!flags.has('leader-elect-resource-name')) setAt(document, 'Generic.LeaderElection.resourceName', name);
  return { [manager.group]: document };
}
