import type { corev1 } from '#api';
import { deepEqual, type KubeObject } from '#apimachinery';
import type { Happening } from './hints.js';

/** What happens to a pod that waits, as upstream names it (framework/events.go). */
export const ADDED = 'UnschedulablePodAdd';
export const UPDATED = 'UnschedulablePodUpdate';
export const FAILED = 'ScheduleAttemptFailure';

/** Kinds outside of the core group are named with theirs (kube-scheduler/framework EventResource). */
const resourceOf = ({ on, change }: Happening): string => {
  if (on.kind === 'Pod') return (change.object as corev1.Pod).spec.nodeName ? 'AssignedPod' : 'UnschedulablePod';
  return on.group === '' ? on.kind : `${on.group}/${on.kind}`;
};

const statuses = ({ status }: corev1.Node): object => Object.fromEntries(status?.conditions?.map((each) => [each.type, each.status]) ?? []);

/** Which part of a node has changed (framework/events.go NodeSchedulingPropertiesChange). */
function nodeUpdate(before: corev1.Node, now: corev1.Node): string {
  const differs = (part: (node: corev1.Node) => unknown): boolean => !deepEqual(part(before), part(now));
  if (before.spec?.unschedulable !== now.spec?.unschedulable) return 'UpdateNodeTaint';
  if (differs(({ status }) => status?.allocatable)) return 'UpdateNodeAllocatable';
  if (differs(({ metadata }) => metadata.labels)) return 'UpdateNodeLabel';
  if (differs(({ spec }) => spec?.taints)) return 'UpdateNodeTaint';
  if (differs(statuses)) return 'UpdateNodeCondition';
  return differs(({ metadata }) => metadata.annotations) ? 'UpdateNodeAnnotation' : 'Update';
}

function podUpdate(before: corev1.Pod, now: corev1.Pod): string {
  if (!deepEqual(before.metadata.labels, now.metadata.labels)) return 'UpdatePodLabel';
  if ((before.spec.schedulingGates?.length ?? 0) > 0 && (now.spec.schedulingGates?.length ?? 0) === 0)
    return 'UpdatePodSchedulingGatesEliminated';
  if (before.spec.tolerations?.length !== now.spec.tolerations?.length) return 'UpdatePodToleration';
  if (!deepEqual(before.status?.resourceClaimStatuses, now.status?.resourceClaimStatuses)) return 'UpdatePodGeneratedResourceClaim';
  return 'Update';
}

function actionOf({ on, change }: Happening): string {
  const { object, old, deleted } = change;
  if (deleted) return 'Delete';
  if (!old) return 'Add';
  if (on.kind === 'Node' && on.group === '') return nodeUpdate(old as KubeObject as corev1.Node, object as KubeObject as corev1.Node);
  return on.kind === 'Pod' && on.group === '' ? podUpdate(old as corev1.Pod, object as corev1.Pod) : 'Update';
}

/** What has happened, as upstream's metrics name it (ClusterEvent.Label). */
export const eventLabel = (happening: Happening): string => `${resourceOf(happening)}${actionOf(happening)}`;
