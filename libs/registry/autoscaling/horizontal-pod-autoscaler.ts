import type { autoscalingv2 } from '#api';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { keepSpec, keepStatus } from '../rules/prepare.js';
import { nonNegative } from '../rules/text.js';
import { formatMetrics } from './hpa-metrics.js';
import { validateAutoscaler } from './hpa-validation.js';

/** HorizontalPodAutoscaler in its storage version, autoscaling/v2 (registry/autoscaling/horizontalpodautoscaler). */
export const horizontalPodAutoscaler = overNulls<autoscalingv2.HorizontalPodAutoscaler>({
  group: 'autoscaling',
  resource: 'horizontalpodautoscalers',
  prepareForCreate(object) {
    object.status = { desiredReplicas: 0, currentMetrics: [] };
  },
  prepareForUpdate: keepStatus,
  validate: (object) => validateAutoscaler(object),
  validateUpdate: validateAutoscaler,
  subresources: {
    status: {
      prepareForUpdate: (object, old) => keepSpec(object, old),
      validateUpdate: ({ status }) => [
        ...nonNegative('status.currentReplicas', status?.currentReplicas),
        ...nonNegative('status.desiredReplicas', status?.desiredReplicas),
      ],
    },
  },
  columns: [
    nameColumn,
    { name: 'Reference', type: 'string', cell: ({ spec: { scaleTargetRef } }) => `${scaleTargetRef.kind}/${scaleTargetRef.name}` },
    { name: 'Targets', type: 'string', cell: ({ spec, status }) => formatMetrics(spec.metrics, status?.currentMetrics ?? []) },
    { name: 'MinPods', type: 'string', cell: ({ spec }) => String(spec.minReplicas ?? '<unset>') },
    { name: 'MaxPods', type: 'string', cell: ({ spec }) => spec.maxReplicas },
    { name: 'Replicas', type: 'string', cell: ({ status }) => status?.currentReplicas ?? 0 },
    ageColumn,
  ],
});
