import type { Meanings } from './meanings.js';

/** What the values of enums mean that decide where pods run, and of nodes and devices. */
export const schedulingMeanings: Meanings = {
  'v1.NodeSelectorOperator': {
    DoesNotExist: 'The node has no label of this key.',
    Exists: 'The node has a label of this key.',
    Gt: 'The label is a whole number that is greater than the only value.',
    In: 'The label is one of the values.',
    Lt: 'The label is a whole number that is less than the only value.',
    NotIn: 'The label is none of the values, or is missing.',
  },
  'v1.TolerationOperator': {
    Equal: 'Tolerates a taint with this value.',
    Exists: 'Tolerates a taint with any value.',
    Gt: 'Tolerates a taint whose value is a number that is greater than this one.',
    Lt: 'Tolerates a taint whose value is a number that is less than this one.',
  },
  'v1.TaintEffect': {
    NoExecute: 'Pods that do not tolerate it get no place here, and those that run here are evicted.',
    NoSchedule: 'Pods that do not tolerate it get no place here; those that run here stay.',
    PreferNoSchedule: 'Pods that do not tolerate it get a place here only if there is no better one.',
  },
  'v1.PreemptionPolicy': {
    Never: 'Waits for a place: no other pod is evicted for it.',
    PreemptLowerPriority: 'Pods of lower priority are evicted, if that makes a place.',
  },
  'v1.UnsatisfiableConstraintAction': {
    DoNotSchedule: 'The pod gets no place that would spread pods more unevenly than allowed.',
    ScheduleAnyway: 'Places that spread pods more evenly are preferred.',
  },
  'v1.NodeInclusionPolicy': {
    Honor: 'Only nodes count that it lets the pod on.',
    Ignore: 'All nodes count.',
  },
  'v1.DeviceAllocationMode': {
    All: 'All devices of a pool that match.',
    ExactCount: 'As many devices as are counted.',
  },
  'v1.DeviceTolerationOperator': {
    Equal: 'Tolerates a taint with this value.',
    Exists: 'Tolerates a taint with any value.',
  },
  'v1.DeviceTaintEffect': {
    NoExecute: 'Claims that do not tolerate it do not get the device, and pods that use it are evicted.',
    NoSchedule: 'Claims that do not tolerate it do not get the device; pods that use it stay.',
    None: 'Nothing: it only says what would be.',
  },
  'v1.AllocationConfigSource': {
    FromClaim: 'The claim says so.',
    FromClass: 'The class of the device says so.',
  },
  'v1.NodePhase': {
    Pending: 'It is made, but not set up. No longer used.',
    Running: 'It is set up. No longer used.',
    Terminated: 'It is removed from the cluster. No longer used.',
  },
  'v1.NodeAddressType': {
    ExternalDNS: 'A name that is resolved outside of the cluster.',
    ExternalIP: 'An address that is reached from outside of the cluster.',
    Hostname: 'What the node calls itself.',
    InternalDNS: 'A name that is resolved within the cluster.',
    InternalIP: 'An address that is reached within the cluster.',
  },
  'v1.LimitType': {
    Container: 'Each container by itself.',
    PersistentVolumeClaim: 'Each claim of storage by itself.',
    Pod: 'The containers of a pod together.',
  },
  'v1.ResourceQuotaScope': {
    BestEffort: 'Pods that request nothing.',
    CrossNamespacePodAffinity: 'Pods whose affinity looks into other namespaces.',
    NotBestEffort: 'Pods that request something.',
    NotTerminating: 'Pods without a deadline.',
    PriorityClass: 'Pods of certain priority classes.',
    Terminating: 'Pods with a deadline: activeDeadlineSeconds.',
    VolumeAttributesClass: 'Claims of certain volume attributes classes.',
  },
  'v1.ScopeSelectorOperator': {
    DoesNotExist: 'What is not in the scope at all.',
    Exists: 'What is in the scope, with any value.',
    In: 'What is in the scope with one of the values.',
    NotIn: 'What is in the scope with none of the values.',
  },
};
