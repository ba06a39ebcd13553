import type { corev1 } from '#api';
import type { Column } from '#apiserver';
import { age, ageColumn, nameColumn } from '../../columns.js';
import { podSummary } from './summary.js';

type Pod = corev1.Pod;

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const conditions = pod.status?.conditions ?? [];
  const met = gates.filter((gate) => conditions.find((condition) => condition.type === gate.conditionType)?.status === 'True');
  return `${met.length}/${gates.length}`;
}

/** Columns of `kubectl get pods` (printers.go printPod). */
export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  {
    name: 'Ready',
    type: 'string',
    description: 'The aggregate readiness state of this pod for accepting traffic.',
    cell: (pod) => {
      const { ready, total } = podSummary(pod);
      return `${ready}/${total}`;
    },
  },
  {
    name: 'Status',
    type: 'string',
    description: 'The aggregate status of the containers in this pod.',
    cell: (pod) => podSummary(pod).reason,
  },
  {
    name: 'Restarts',
    type: 'string',
    description:
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    cell: (pod, now) => {
      const { restarts, lastRestart } = podSummary(pod);
      return restarts !== 0 && lastRestart !== undefined ? `${restarts} (${age(lastRestart, now)} ago)` : String(restarts);
    },
  },
  ageColumn,
  { name: 'IP', type: 'string', priority: 1, cell: (pod) => pod.status?.podIPs?.[0]?.ip || '<none>' },
  { name: 'Node', type: 'string', priority: 1, cell: (pod) => pod.spec.nodeName || '<none>' },
  { name: 'Nominated Node', type: 'string', priority: 1, cell: (pod) => pod.status?.nominatedNodeName || '<none>' },
  { name: 'Readiness Gates', type: 'string', priority: 1, cell: readinessGates },
];

/** The Completed condition of a finished pod's row, by which kubectl hides or greys it out. */
export function podRowConditions(pod: Pod): Array<{ type: string; status: string; reason: string; message: string }> {
  const phase = pod.status?.phase;
  if (phase === 'Succeeded') {
    return [{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }];
  }
  if (phase === 'Failed') return [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }];
  return [];
}
