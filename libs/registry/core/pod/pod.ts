import type { corev1 } from '#api';
import { deepEqual, formatTime } from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { countGeneration } from '../../rules/prepare.js';
import { podColumns, podRowConditions } from './columns.js';
import { setPodDefaults } from './defaults.js';
import { dropDisabledPodFields, preparePodForCreate } from './prepare.js';
import { podSubresources } from './subresources.js';
import { validatePodCreate } from './validation/create.js';
import { validatePodUpdate } from './validation/update.js';
import { podWarnings } from './warnings.js';

type Pod = corev1.Pod;

/** The grace period of a pod in seconds, or undefined to delete it immediately (strategy.go CheckGracefulDelete). */
function gracePeriod(pod: Pod, requested: number | undefined): number | undefined {
  const phase = pod.status?.phase;
  if (!pod.spec.nodeName || phase === 'Failed' || phase === 'Succeeded') return undefined;
  const period = requested ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  if (period === 0) return undefined;
  return period < 0 ? 1 : period;
}

/** Pods (pkg/registry/core/pod strategy.go). */
export const pod: ResourceStrategy<Pod> = {
  group: '',
  resource: 'pods',
  returnsDeletedObject: true,
  setDefaults: setPodDefaults,
  prepareForCreate: (object, ctx) => preparePodForCreate(object, formatTime(ctx.clock.now())),
  validate: (object) => validatePodCreate(object),
  prepareForUpdate(object, old) {
    object.status = old.status;
    dropDisabledPodFields(object.spec);
    countGeneration(object, old, !deepEqual(object.spec, old.spec));
  },
  validateUpdate: (object, old) => validatePodUpdate(object, old),
  // Updates have no warnings: users rarely update pods, and this is a hot path.
  warnings: (object, old) => (old ? [] : podWarnings(object)),
  gracePeriod,
  subresources: podSubresources,
  fields: {
    'spec.nodeName': (object) => object.spec.nodeName ?? '',
    'spec.restartPolicy': (object) => object.spec.restartPolicy ?? '',
    'spec.schedulerName': (object) => object.spec.schedulerName ?? '',
    'spec.serviceAccountName': (object) => object.spec.serviceAccountName ?? '',
    'spec.hostNetwork': (object) => String(object.spec.hostNetwork ?? false),
    'status.phase': (object) => object.status?.phase ?? '',
    'status.podIP': (object) => object.status?.podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': (object) => object.status?.nominatedNodeName ?? '',
  },
  columns: podColumns,
  rowConditions: podRowConditions,
};
