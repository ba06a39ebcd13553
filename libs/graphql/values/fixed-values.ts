/**
 * The values of types that the API's schema publishes as plain strings though only these are valid, by the types' names in Go (their
 * constants in k8s.io/api, and validation).
 */
export const fixedValues: Readonly<Record<string, readonly string[]>> = {
  'v1.ConditionStatus': ['True', 'False', 'Unknown'],
  'v1.ContainerRestartPolicy': ['Always', 'Never', 'OnFailure'],
  'v1.ContainerRestartRuleAction': ['Restart', 'RestartAllContainers'],
  'v1.ContainerRestartRuleOnExitCodesOperator': ['In', 'NotIn'],
  'v1.ConversionStrategyType': ['None', 'Webhook'],
  'v1.DeletionPropagation': ['Background', 'Foreground', 'Orphan'],
  'v1.FSGroupPolicy': ['File', 'None', 'ReadWriteOnceWithFSType'],
  'v1.FlowDistinguisherMethodType': ['ByNamespace', 'ByUser'],
  'v1.LabelSelectorOperator': ['DoesNotExist', 'Exists', 'In', 'NotIn'],
  'v1.LimitResponseType': ['Queue', 'Reject'],
  'v1.LimitType': ['Container', 'PersistentVolumeClaim', 'Pod'],
  'v1.LoadBalancerIPMode': ['Proxy', 'VIP'],
  'v1.ManagedFieldsOperationType': ['Apply', 'Update'],
  'v1.NodeAddressType': ['ExternalDNS', 'ExternalIP', 'Hostname', 'InternalDNS', 'InternalIP'],
  'v1.OSName': ['linux', 'windows'],
  'v1.ParameterNotFoundActionType': ['Allow', 'Deny'],
  'v1.PersistentVolumeClaimRetentionPolicyType': ['Delete', 'Retain'],
  'v1.PodSELinuxChangePolicy': ['MountOption', 'Recursive'],
  'v1.PriorityLevelEnablement': ['Exempt', 'Limited'],
  'v1.RecursiveReadOnlyMode': ['Disabled', 'Enabled', 'IfPossible'],
  'v1.ResourceHealthStatus': ['Healthy', 'Unhealthy', 'Unknown'],
  'v1.ResourceResizeRestartPolicy': ['NotRequired', 'RestartContainer'],
  'v1.ResourceScope': ['Cluster', 'Namespaced'],
  'v1.SubjectKind': ['Group', 'ServiceAccount', 'User'],
  'v1.VolumeLifecycleMode': ['Ephemeral', 'Persistent'],
};
