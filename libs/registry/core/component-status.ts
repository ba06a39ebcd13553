import type { corev1 } from '#api';
import type { ResourceStrategy } from '#apiserver';
import { nameColumn } from '../columns.js';

type ComponentStatus = corev1.ComponentStatus;

const healthy = (object: ComponentStatus) => object.conditions?.find((condition) => condition.type === 'Healthy');

function status(object: ComponentStatus): string {
  const condition = healthy(object);
  if (!condition) return 'Unknown';
  return condition.status === 'True' ? 'Healthy' : 'Unhealthy';
}

/** ComponentStatuses (pkg/registry/core/componentstatus): read-only. */
export const componentStatus: ResourceStrategy<ComponentStatus> = {
  group: '',
  resource: 'componentstatuses',
  deprecated: 'v1 ComponentStatus is deprecated in v1.19+',
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', description: 'Status of the component conditions', cell: status },
    {
      name: 'Message',
      type: 'string',
      description: 'Message of the component conditions',
      cell: (object) => healthy(object)?.message ?? '',
    },
    { name: 'Error', type: 'string', description: 'Error of the component conditions', cell: (object) => healthy(object)?.error ?? '' },
  ],
};
