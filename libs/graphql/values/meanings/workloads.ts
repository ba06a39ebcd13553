import type { Meanings } from './meanings.js';

/** What the values of enums of workloads mean, and of what disrupts them. */
export const workloadMeanings: Meanings = {
  'v1.DeploymentStrategyType': {
    Recreate: 'All old pods end before new ones are made.',
    RollingUpdate: 'Old pods are replaced a few at a time.',
  },
  'v1.DaemonSetUpdateStrategyType': {
    OnDelete: 'A pod is replaced when somebody deletes it.',
    RollingUpdate: 'Pods are replaced a few at a time.',
  },
  'v1.StatefulSetUpdateStrategyType': {
    OnDelete: 'A pod is replaced when somebody deletes it.',
    RollingUpdate: 'Pods are replaced from the last one to the first, each when the one before is ready.',
  },
  'v1.PodManagementPolicyType': {
    OrderedReady: 'Pods are made one after another, each when the one before is ready, and deleted in the opposite order.',
    Parallel: 'Pods are made and deleted all at once.',
  },
  'v1.PersistentVolumeClaimRetentionPolicyType': {
    Delete: 'The claims of a pod are deleted.',
    Retain: 'The claims of a pod are kept.',
  },
  'v1.ConcurrencyPolicy': {
    Allow: 'Jobs may run at the same time.',
    Forbid: 'A Job is left out while the one before runs.',
    Replace: 'The Job that runs is deleted for the new one.',
  },
  'v1.CompletionMode': {
    Indexed: 'Each pod has an index, and one has to succeed for each of them.',
    NonIndexed: 'As many pods have to succeed as are counted, whichever.',
  },
  'v1.PodFailurePolicyAction': {
    Count: 'The failure counts towards backoffLimit.',
    FailIndex: 'The index of the pod has failed: no other pod is made for it.',
    FailJob: 'The Job has failed, and its other pods are ended.',
    Ignore: 'The failure does not count, and another pod is made.',
  },
  'v1.PodFailurePolicyOnExitCodesOperator': {
    In: 'An exit code is one of the values.',
    NotIn: 'An exit code is none of the values, nor 0.',
  },
  'v1.PodReplacementPolicy': {
    Failed: 'Another pod is made when the old one has ended.',
    TerminatingOrFailed: 'Another pod is made as soon as the old one begins to end.',
  },
  'v1.UnhealthyPodEvictionPolicyType': {
    AlwaysAllow: 'Pods that run, but are not ready, may always be evicted.',
    IfHealthyBudget: 'Pods that run, but are not ready, may be evicted if enough others are ready.',
  },
};
