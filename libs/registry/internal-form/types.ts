/**
 * The fields of upstream's internal types (pkg/apis/{core,apps,batch}/types.go), in order: error messages print objects in that form. A
 * field is `GoName:type`, or `GoName=jsonName:type` if the public name is not the Go name with a lower-case first letter. Types: string,
 * int, bool, time, intstr, quantity, map, json (printed unchanged), or the name of another type; `*` is a pointer, `[]` a list; `+Type`
 * embeds a type's fields, `+meta` the metadata, `+type` kind and apiVersion.
 */
export const INTERNAL_TYPES: Readonly<Record<string, string>> = {
  AWSElasticBlockStoreVolumeSource: 'VolumeID:string FSType=fsType:string Partition:int ReadOnly:bool',
  Affinity: 'NodeAffinity:*NodeAffinity PodAffinity:*PodAffinity PodAntiAffinity:*PodAntiAffinity',
  AppArmorProfile: 'Type:string LocalhostProfile:*string',
  AzureDiskVolumeSource: 'DiskName:string DataDiskURI=diskURI:string CachingMode:*string FSType=fsType:*string ReadOnly:*bool Kind:*string',
  AzureFilePersistentVolumeSource: 'SecretName:string ShareName:string ReadOnly:bool SecretNamespace:*string',
  AzureFileVolumeSource: 'SecretName:string ShareName:string ReadOnly:bool',
  CSIPersistentVolumeSource:
    'Driver:string VolumeHandle:string ReadOnly:bool FSType=fsType:string VolumeAttributes:map ' +
    'ControllerPublishSecretRef:*SecretReference NodeStageSecretRef:*SecretReference NodePublishSecretRef:*SecretReference ' +
    'ControllerExpandSecretRef:*SecretReference NodeExpandSecretRef:*SecretReference',
  CSIVolumeSource: 'Driver:string ReadOnly:*bool FSType=fsType:*string VolumeAttributes:map NodePublishSecretRef:*LocalObjectReference',
  Capabilities: 'Add:[]string Drop:[]string',
  CephFSPersistentVolumeSource: 'Monitors:[]string Path:string User:string SecretFile:string SecretRef:*SecretReference ReadOnly:bool',
  CephFSVolumeSource: 'Monitors:[]string Path:string User:string SecretFile:string SecretRef:*LocalObjectReference ReadOnly:bool',
  CinderPersistentVolumeSource: 'VolumeID:string FSType=fsType:string ReadOnly:bool SecretRef:*SecretReference',
  CinderVolumeSource: 'VolumeID:string FSType=fsType:string ReadOnly:bool SecretRef:*LocalObjectReference',
  ClusterTrustBundleProjection: 'Name:*string SignerName:*string LabelSelector:*json Optional:*bool Path:string',
  ConfigMapEnvSource: '+LocalObjectReference Optional:*bool',
  ConfigMapKeySelector: '+LocalObjectReference Key:string Optional:*bool',
  ConfigMapProjection: '+LocalObjectReference Items:[]KeyToPath Optional:*bool',
  ConfigMapVolumeSource: '+LocalObjectReference Items:[]KeyToPath DefaultMode:*int Optional:*bool',
  Container:
    'Name:string Image:string Command:[]string Args:[]string WorkingDir:string Ports:[]ContainerPort EnvFrom:[]EnvFromSource ' +
    'Env:[]EnvVar Resources:ResourceRequirements ResizePolicy:[]ContainerResizePolicy RestartPolicy:*string ' +
    'RestartPolicyRules:[]ContainerRestartRule VolumeMounts:[]VolumeMount VolumeDevices:[]VolumeDevice LivenessProbe:*Probe ' +
    'ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath:string TerminationMessagePolicy:string ' +
    'ImagePullPolicy:string SecurityContext:*SecurityContext Stdin:bool StdinOnce:bool TTY=tty:bool',
  ContainerPort: 'Name:string HostPort:int ContainerPort:int Protocol:string HostIP:string',
  ContainerResizePolicy: 'ResourceName:string RestartPolicy:string',
  ContainerRestartRule: 'Action:string ExitCodes:*ContainerRestartRuleOnExitCodes',
  ContainerRestartRuleOnExitCodes: 'Operator:string Values:[]int',
  ContainerState: 'Waiting:*ContainerStateWaiting Running:*ContainerStateRunning Terminated:*ContainerStateTerminated',
  ContainerStateRunning: 'StartedAt:time',
  ContainerStateTerminated: 'ExitCode:int Signal:int Reason:string Message:string StartedAt:time FinishedAt:time ContainerID:string',
  ContainerStateWaiting: 'Reason:string Message:string',
  ContainerStatus:
    'Name:string State:ContainerState LastTerminationState=lastState:ContainerState Ready:bool RestartCount:int Image:string ' +
    'ImageID:string ContainerID:string Started:*bool AllocatedResources:map Resources:*ResourceRequirements ' +
    'VolumeMounts:[]VolumeMountStatus User:*ContainerUser AllocatedResourcesStatus:[]ResourceStatus StopSignal:*string',
  ContainerUser: 'Linux:*LinuxContainerUser',
  DaemonSetUpdateStrategy: 'Type:string RollingUpdate:*RollingUpdateDaemonSet',
  DownwardAPIProjection: 'Items:[]DownwardAPIVolumeFile',
  DownwardAPIVolumeFile: 'Path:string FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector Mode:*int',
  DownwardAPIVolumeSource: 'Items:[]DownwardAPIVolumeFile DefaultMode:*int',
  EmptyDirVolumeSource: 'Medium:string SizeLimit:*quantity',
  EnvFromSource: 'Prefix:string ConfigMapRef:*ConfigMapEnvSource SecretRef:*SecretEnvSource',
  EnvVar: 'Name:string Value:string ValueFrom:*EnvVarSource',
  EnvVarSource:
    'FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector ConfigMapKeyRef:*ConfigMapKeySelector ' +
    'SecretKeyRef:*SecretKeySelector FileKeyRef:*FileKeySelector',
  EphemeralContainer: '+EphemeralContainerCommon TargetContainerName:string',
  EphemeralContainerCommon:
    'Name:string Image:string Command:[]string Args:[]string WorkingDir:string Ports:[]ContainerPort EnvFrom:[]EnvFromSource ' +
    'Env:[]EnvVar Resources:ResourceRequirements ResizePolicy:[]ContainerResizePolicy RestartPolicy:*string ' +
    'RestartPolicyRules:[]ContainerRestartRule VolumeMounts:[]VolumeMount VolumeDevices:[]VolumeDevice LivenessProbe:*Probe ' +
    'ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath:string TerminationMessagePolicy:string ' +
    'ImagePullPolicy:string SecurityContext:*SecurityContext Stdin:bool StdinOnce:bool TTY=tty:bool',
  EphemeralVolumeSource: 'VolumeClaimTemplate:*PersistentVolumeClaimTemplate',
  ExecAction: 'Command:[]string',
  FCVolumeSource: 'TargetWWNs:[]string Lun:*int FSType=fsType:string ReadOnly:bool WWIDs=wwids:[]string',
  FileKeySelector: 'VolumeName:string Path:string Key:string Optional:*bool',
  FlexPersistentVolumeSource: 'Driver:string FSType=fsType:string SecretRef:*SecretReference ReadOnly:bool Options:map',
  FlexVolumeSource: 'Driver:string FSType=fsType:string SecretRef:*LocalObjectReference ReadOnly:bool Options:map',
  FlockerVolumeSource: 'DatasetName:string DatasetUUID:string',
  GCEPersistentDiskVolumeSource: 'PDName=pdName:string FSType=fsType:string Partition:int ReadOnly:bool',
  GRPCAction: 'Port:int Service:*string',
  GitRepoVolumeSource: 'Repository:string Revision:string Directory:string',
  GlusterfsPersistentVolumeSource: 'EndpointsName=endpoints:string Path:string ReadOnly:bool EndpointsNamespace:*string',
  GlusterfsVolumeSource: 'EndpointsName=endpoints:string Path:string ReadOnly:bool',
  HTTPGetAction: 'Path:string Port:intstr Host:string Scheme:string HTTPHeaders=httpHeaders:[]HTTPHeader',
  HTTPHeader: 'Name:string Value:string',
  HostAlias: 'IP=ip:string Hostnames:[]string',
  HostPathVolumeSource: 'Path:string Type:*string',
  ISCSIPersistentVolumeSource:
    'TargetPortal:string IQN=iqn:string Lun:int ISCSIInterface=iscsiInterface:string FSType=fsType:string ReadOnly:bool ' +
    'Portals:[]string DiscoveryCHAPAuth=chapAuthDiscovery:bool SessionCHAPAuth=chapAuthSession:bool SecretRef:*SecretReference ' +
    'InitiatorName:*string',
  ISCSIVolumeSource:
    'TargetPortal:string IQN=iqn:string Lun:int ISCSIInterface=iscsiInterface:string FSType=fsType:string ReadOnly:bool ' +
    'Portals:[]string DiscoveryCHAPAuth=chapAuthDiscovery:bool SessionCHAPAuth=chapAuthSession:bool SecretRef:*LocalObjectReference ' +
    'InitiatorName:*string',
  ImageVolumeSource: 'Reference:string PullPolicy:string',
  ImageVolumeStatus: 'ImageRef:string',
  KeyToPath: 'Key:string Path:string Mode:*int',
  Lifecycle: 'PostStart:*LifecycleHandler PreStop:*LifecycleHandler StopSignal:*string',
  LifecycleHandler: 'Exec:*ExecAction HTTPGet=httpGet:*HTTPGetAction TCPSocket=tcpSocket:*TCPSocketAction Sleep:*SleepAction',
  LinuxContainerUser: 'UID=uid:int GID=gid:int SupplementalGroups:[]int',
  LocalObjectReference: 'Name:string',
  LocalVolumeSource: 'Path:string FSType=fsType:*string',
  ModifyVolumeStatus: 'TargetVolumeAttributesClassName:string Status:string',
  NFSVolumeSource: 'Server:string Path:string ReadOnly:bool',
  NodeAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:*NodeSelector ' +
    'PreferredDuringSchedulingIgnoredDuringExecution:[]PreferredSchedulingTerm',
  NodeSelector: 'NodeSelectorTerms:[]NodeSelectorTerm',
  NodeSelectorRequirement: 'Key:string Operator:string Values:[]string',
  NodeSelectorTerm: 'MatchExpressions:[]NodeSelectorRequirement MatchFields:[]NodeSelectorRequirement',
  ObjectFieldSelector: 'APIVersion=apiVersion:string FieldPath:string',
  ObjectReference:
    'Kind:string Namespace:string Name:string UID=uid:string APIVersion=apiVersion:string ResourceVersion:string FieldPath:string',
  PersistentVolumeClaim: '+type +meta Spec:PersistentVolumeClaimSpec Status:PersistentVolumeClaimStatus',
  PersistentVolumeClaimCondition: 'Type:string Status:string LastProbeTime:time LastTransitionTime:time Reason:string Message:string',
  PersistentVolumeClaimSpec:
    'AccessModes:[]string Selector:*json Resources:VolumeResourceRequirements VolumeName:string StorageClassName:*string ' +
    'VolumeMode:*string DataSource:*TypedLocalObjectReference DataSourceRef:*TypedObjectReference VolumeAttributesClassName:*string',
  PersistentVolumeClaimStatus:
    'Phase:string AccessModes:[]string Capacity:map Conditions:[]PersistentVolumeClaimCondition AllocatedResources:map ' +
    'AllocatedResourceStatuses:map CurrentVolumeAttributesClassName:*string ModifyVolumeStatus:*ModifyVolumeStatus',
  PersistentVolumeClaimTemplate: '+meta Spec:PersistentVolumeClaimSpec',
  PersistentVolumeClaimVolumeSource: 'ClaimName:string ReadOnly:bool',
  PersistentVolumeSource:
    'GCEPersistentDisk=gcePersistentDisk:*GCEPersistentDiskVolumeSource ' +
    'AWSElasticBlockStore=awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource HostPath:*HostPathVolumeSource ' +
    'Glusterfs:*GlusterfsPersistentVolumeSource NFS=nfs:*NFSVolumeSource RBD=rbd:*RBDPersistentVolumeSource ' +
    'Quobyte:*QuobyteVolumeSource ISCSI=iscsi:*ISCSIPersistentVolumeSource FlexVolume:*FlexPersistentVolumeSource ' +
    'Cinder:*CinderPersistentVolumeSource CephFS=cephfs:*CephFSPersistentVolumeSource FC=fc:*FCVolumeSource ' +
    'Flocker:*FlockerVolumeSource AzureFile:*AzureFilePersistentVolumeSource VsphereVolume:*VsphereVirtualDiskVolumeSource ' +
    'AzureDisk:*AzureDiskVolumeSource PhotonPersistentDisk:*PhotonPersistentDiskVolumeSource PortworxVolume:*PortworxVolumeSource ' +
    'ScaleIO:*ScaleIOPersistentVolumeSource Local:*LocalVolumeSource StorageOS=storageos:*StorageOSPersistentVolumeSource ' +
    'CSI=csi:*CSIPersistentVolumeSource',
  PhotonPersistentDiskVolumeSource: 'PdID:string FSType=fsType:string',
  PodAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm ' +
    'PreferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm',
  PodAffinityTerm:
    'LabelSelector:*json Namespaces:[]string TopologyKey:string NamespaceSelector:*json MatchLabelKeys:[]string ' +
    'MismatchLabelKeys:[]string',
  PodAntiAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm ' +
    'PreferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm',
  PodCertificateProjection:
    'SignerName:string KeyType:string MaxExpirationSeconds:*int CredentialBundlePath:string KeyPath:string ' +
    'CertificateChainPath:string UserAnnotations:map',
  PodDNSConfig: 'Nameservers:[]string Searches:[]string Options:[]PodDNSConfigOption',
  PodDNSConfigOption: 'Name:string Value:*string',
  PodFailurePolicy: 'Rules:[]PodFailurePolicyRule',
  PodFailurePolicyOnExitCodesRequirement: 'ContainerName:*string Operator:string Values:[]int',
  PodFailurePolicyOnPodConditionsPattern: 'Type:string Status:string',
  PodFailurePolicyRule:
    'Action:string OnExitCodes:*PodFailurePolicyOnExitCodesRequirement OnPodConditions:[]PodFailurePolicyOnPodConditionsPattern',
  PodOS: 'Name:string',
  PodReadinessGate: 'ConditionType:string',
  PodResourceClaim: 'Name:string ResourceClaimName:*string ResourceClaimTemplateName:*string',
  PodResourceClaimStatus: 'Name:string ResourceClaimName:*string',
  PodSchedulingGate: 'Name:string',
  PodSchedulingGroup: 'PodGroupName:*string',
  PodSecurityContext:
    'HostNetwork:bool HostPID:bool HostIPC:bool ShareProcessNamespace:*bool HostUsers:*bool ' +
    'SELinuxOptions=seLinuxOptions:*SELinuxOptions WindowsOptions:*WindowsSecurityContextOptions RunAsUser:*int RunAsGroup:*int ' +
    'RunAsNonRoot:*bool SupplementalGroups:[]int SupplementalGroupsPolicy:*string FSGroup=fsGroup:*int ' +
    'FSGroupChangePolicy=fsGroupChangePolicy:*string Sysctls:[]Sysctl SeccompProfile:*SeccompProfile ' +
    'AppArmorProfile:*AppArmorProfile SELinuxChangePolicy=seLinuxChangePolicy:*string',
  PodSpec:
    'Volumes:[]Volume InitContainers:[]Container Containers:[]Container EphemeralContainers:[]EphemeralContainer ' +
    'RestartPolicy:string TerminationGracePeriodSeconds:*int ActiveDeadlineSeconds:*int DNSPolicy=dnsPolicy:string NodeSelector:map ' +
    'ServiceAccountName:string AutomountServiceAccountToken:*bool NodeName:string SecurityContext:*PodSecurityContext ' +
    'ImagePullSecrets:[]LocalObjectReference Hostname:string Subdomain:string SetHostnameAsFQDN:*bool Affinity:*Affinity ' +
    'SchedulerName:string Tolerations:[]Toleration HostAliases:[]HostAlias PriorityClassName:string Priority:*int ' +
    'PreemptionPolicy:*string DNSConfig=dnsConfig:*PodDNSConfig ReadinessGates:[]PodReadinessGate RuntimeClassName:*string ' +
    'Overhead:map EnableServiceLinks:*bool TopologySpreadConstraints:[]TopologySpreadConstraint OS=os:*PodOS ' +
    'SchedulingGates:[]PodSchedulingGate ResourceClaims:[]PodResourceClaim Resources:*ResourceRequirements HostnameOverride:*string ' +
    'SchedulingGroup:*PodSchedulingGroup',
  PodTemplateSpec: '+meta Spec:PodSpec',
  PortworxVolumeSource: 'VolumeID:string FSType=fsType:string ReadOnly:bool',
  PreferredSchedulingTerm: 'Weight:int Preference:NodeSelectorTerm',
  Probe:
    '+ProbeHandler InitialDelaySeconds:int TimeoutSeconds:int PeriodSeconds:int SuccessThreshold:int FailureThreshold:int ' +
    'TerminationGracePeriodSeconds:*int',
  ProbeHandler: 'Exec:*ExecAction HTTPGet=httpGet:*HTTPGetAction TCPSocket=tcpSocket:*TCPSocketAction GRPC=grpc:*GRPCAction',
  ProjectedVolumeSource: 'Sources:[]VolumeProjection DefaultMode:*int',
  QuobyteVolumeSource: 'Registry:string Volume:string ReadOnly:bool User:string Group:string Tenant:string',
  RBDPersistentVolumeSource:
    'CephMonitors=monitors:[]string RBDImage=image:string FSType=fsType:string RBDPool=pool:string RadosUser=user:string ' +
    'Keyring:string SecretRef:*SecretReference ReadOnly:bool',
  RBDVolumeSource:
    'CephMonitors=monitors:[]string RBDImage=image:string FSType=fsType:string RBDPool=pool:string RadosUser=user:string ' +
    'Keyring:string SecretRef:*LocalObjectReference ReadOnly:bool',
  ReplicaSetSpec: 'Replicas:int MinReadySeconds:int Selector:*json Template:PodTemplateSpec',
  ResourceClaim: 'Name:string Request:string',
  ResourceFieldSelector: 'ContainerName:string Resource:string Divisor:quantity',
  ResourceHealth: 'ResourceID:string Health:string Message:*string',
  ResourceRequirements: 'Limits:map Requests:map Claims:[]ResourceClaim',
  ResourceStatus: 'Name:string Resources:[]ResourceHealth',
  RollingUpdateDaemonSet: 'MaxUnavailable:intstr MaxSurge:intstr',
  RollingUpdateStatefulSetStrategy: 'Partition:int MaxUnavailable:*intstr',
  SELinuxOptions: 'User:string Role:string Type:string Level:string',
  ScaleIOPersistentVolumeSource:
    'Gateway:string System:string SecretRef:*SecretReference SSLEnabled=sslEnabled:bool ProtectionDomain:string StoragePool:string ' +
    'StorageMode:string VolumeName:string FSType=fsType:string ReadOnly:bool',
  ScaleIOVolumeSource:
    'Gateway:string System:string SecretRef:*LocalObjectReference SSLEnabled=sslEnabled:bool ProtectionDomain:string ' +
    'StoragePool:string StorageMode:string VolumeName:string FSType=fsType:string ReadOnly:bool',
  SeccompProfile: 'Type:string LocalhostProfile:*string',
  SecretEnvSource: '+LocalObjectReference Optional:*bool',
  SecretKeySelector: '+LocalObjectReference Key:string Optional:*bool',
  SecretProjection: '+LocalObjectReference Items:[]KeyToPath Optional:*bool',
  SecretReference: 'Name:string Namespace:string',
  SecretVolumeSource: 'SecretName:string Items:[]KeyToPath DefaultMode:*int Optional:*bool',
  SecurityContext:
    'Capabilities:*Capabilities Privileged:*bool SELinuxOptions=seLinuxOptions:*SELinuxOptions ' +
    'WindowsOptions:*WindowsSecurityContextOptions RunAsUser:*int RunAsGroup:*int RunAsNonRoot:*bool ReadOnlyRootFilesystem:*bool ' +
    'AllowPrivilegeEscalation:*bool ProcMount:*string SeccompProfile:*SeccompProfile AppArmorProfile:*AppArmorProfile',
  ServiceAccountTokenProjection: 'Audience:string ExpirationSeconds:int Path:string',
  ServicePort: 'Name:string Protocol:string AppProtocol:*string Port:int TargetPort:intstr NodePort:int',
  SleepAction: 'Seconds:int',
  StatefulSetOrdinals: 'Start:int',
  StatefulSetPersistentVolumeClaimRetentionPolicy: 'WhenDeleted:string WhenScaled:string',
  StatefulSetSpec:
    'Replicas:int Selector:*json Template:PodTemplateSpec VolumeClaimTemplates:[]PersistentVolumeClaim ServiceName:string ' +
    'PodManagementPolicy:string UpdateStrategy:StatefulSetUpdateStrategy RevisionHistoryLimit:*int MinReadySeconds:int ' +
    'PersistentVolumeClaimRetentionPolicy:*StatefulSetPersistentVolumeClaimRetentionPolicy Ordinals:*StatefulSetOrdinals',
  StatefulSetUpdateStrategy: 'Type:string RollingUpdate:*RollingUpdateStatefulSetStrategy',
  StorageOSPersistentVolumeSource: 'VolumeName:string VolumeNamespace:string FSType=fsType:string ReadOnly:bool SecretRef:*ObjectReference',
  StorageOSVolumeSource: 'VolumeName:string VolumeNamespace:string FSType=fsType:string ReadOnly:bool SecretRef:*LocalObjectReference',
  SuccessPolicy: 'Rules:[]SuccessPolicyRule',
  SuccessPolicyRule: 'SucceededIndexes:*string SucceededCount:*int',
  Sysctl: 'Name:string Value:string',
  TCPSocketAction: 'Port:intstr Host:string',
  Taint: 'Key:string Value:string Effect:string TimeAdded:*time',
  Toleration: 'Key:string Operator:string Value:string Effect:string TolerationSeconds:*int',
  TopologySpreadConstraint:
    'MaxSkew:int TopologyKey:string WhenUnsatisfiable:string LabelSelector:*json MinDomains:*int NodeAffinityPolicy:*string ' +
    'NodeTaintsPolicy:*string MatchLabelKeys:[]string',
  TypedLocalObjectReference: 'APIGroup=apiGroup:*string Kind:string Name:string',
  TypedObjectReference: 'APIGroup=apiGroup:*string Kind:string Name:string Namespace:*string',
  Volume: 'Name:string +VolumeSource',
  VolumeDevice: 'Name:string DevicePath:string',
  VolumeMount:
    'Name:string ReadOnly:bool RecursiveReadOnly:*string MountPath:string SubPath:string MountPropagation:*string ' + 'SubPathExpr:string',
  VolumeMountStatus: 'Name:string MountPath:string ReadOnly:bool RecursiveReadOnly:*string VolumeStatus:*VolumeStatus',
  VolumeNodeAffinity: 'Required:*NodeSelector',
  VolumeProjection:
    'Secret:*SecretProjection DownwardAPI:*DownwardAPIProjection ConfigMap:*ConfigMapProjection ' +
    'ServiceAccountToken:*ServiceAccountTokenProjection ClusterTrustBundle:*ClusterTrustBundleProjection ' +
    'PodCertificate:*PodCertificateProjection',
  VolumeResourceRequirements: 'Limits:map Requests:map',
  VolumeSource:
    'HostPath:*HostPathVolumeSource EmptyDir:*EmptyDirVolumeSource ' +
    'GCEPersistentDisk=gcePersistentDisk:*GCEPersistentDiskVolumeSource ' +
    'AWSElasticBlockStore=awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource GitRepo:*GitRepoVolumeSource ' +
    'Secret:*SecretVolumeSource NFS=nfs:*NFSVolumeSource ISCSI=iscsi:*ISCSIVolumeSource Glusterfs:*GlusterfsVolumeSource ' +
    'PersistentVolumeClaim:*PersistentVolumeClaimVolumeSource RBD=rbd:*RBDVolumeSource Quobyte:*QuobyteVolumeSource ' +
    'FlexVolume:*FlexVolumeSource Cinder:*CinderVolumeSource CephFS=cephfs:*CephFSVolumeSource Flocker:*FlockerVolumeSource ' +
    'DownwardAPI:*DownwardAPIVolumeSource FC=fc:*FCVolumeSource AzureFile:*AzureFileVolumeSource ConfigMap:*ConfigMapVolumeSource ' +
    'VsphereVolume:*VsphereVirtualDiskVolumeSource AzureDisk:*AzureDiskVolumeSource ' +
    'PhotonPersistentDisk:*PhotonPersistentDiskVolumeSource Projected:*ProjectedVolumeSource PortworxVolume:*PortworxVolumeSource ' +
    'ScaleIO:*ScaleIOVolumeSource StorageOS=storageos:*StorageOSVolumeSource CSI=csi:*CSIVolumeSource ' +
    'Ephemeral:*EphemeralVolumeSource Image:*ImageVolumeSource',
  VolumeStatus: 'Image:*ImageVolumeStatus',
  VsphereVirtualDiskVolumeSource: 'VolumePath:string FSType=fsType:string StoragePolicyName:string StoragePolicyID:string',
  WeightedPodAffinityTerm: 'Weight:int PodAffinityTerm:PodAffinityTerm',
  WindowsSecurityContextOptions:
    'GMSACredentialSpecName=gmsaCredentialSpecName:*string GMSACredentialSpec=gmsaCredentialSpec:*string RunAsUserName:*string ' +
    'HostProcess:*bool',
};
