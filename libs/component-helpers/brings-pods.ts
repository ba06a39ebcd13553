import type { KubeObject } from '#apimachinery';

/** What a change is of, and the object after it. */
interface WorkloadChange {
  group: string;
  resource: string;
  deleted: boolean;
  object(): KubeObject;
}

/** Workloads whose controllers write `status.observedGeneration`. */
const WORKLOADS = new Set(['/replicationcontrollers', 'apps/daemonsets', 'apps/deployments', 'apps/replicasets', 'apps/statefulsets']);

/** Whether pods are likely to be created in a moment: a workload's controller has not seen its present spec. */
export function bringsPods({ group, resource, deleted, object }: WorkloadChange): boolean {
  if (deleted || !WORKLOADS.has(`${group}/${resource}`)) return false;
  const { metadata, status } = object() as KubeObject & { status?: { observedGeneration?: number } };
  return status?.observedGeneration !== metadata.generation;
}
