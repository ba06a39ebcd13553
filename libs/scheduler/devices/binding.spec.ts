import type { resourcev1 } from '#api';
import { hasBindingConditions, isReadyForBinding } from './binding.js';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const result = { request: 'x', driver: 'd', pool: 'p', device: 'a' };
const conditions = { bindingConditions: ['Attached'], bindingFailureConditions: ['Broken'] };

function claim(
  reported: Record<string, string>,
  given: Partial<resourcev1.DeviceRequestAllocationResult> = conditions,
): resourcev1.ResourceClaim {
  const all = Object.entries(reported).map(([type, status]) => ({ type, status, reason: 'R', message: 'm', lastTransitionTime: '' }));
  return {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name: 'c', namespace: 'n' }, spec: {} },
    status: {
      allocation: { allocationTimestamp: '2026-01-02T03:04:05Z', devices: { results: [{ ...result, ...given }] } },
      devices: [{ driver: 'd', pool: 'p', device: 'a', conditions: all }],
    },
  };
}

it.each<[string, resourcev1.ResourceClaim, number, boolean | string]>([
  ['nothing is reported', claim({}), 0, false],
  ['the condition is true', claim({ Attached: 'True' }), 0, true],
  ['the condition is false', claim({ Attached: 'False', Broken: 'False' }), 0, false],
  ['it has failed', claim({ Attached: 'True', Broken: 'True' }), 0, 'device binding failed: claim=c, reason=R, message="m"'],
  ['it takes too long', claim({}), 600_001, 'device binding timeout: claim=c'],
  ['there are no conditions', claim({}, {}), 600_001, true],
])('a device is ready for its pod: %s', (_, given, later, wanted) => {
  const ready = () => isReadyForBinding(given, NOW + later);
  if (typeof wanted === 'string') expect(ready).toThrow(wanted);
  else expect(ready()).toBe(wanted);
  expect(hasBindingConditions(given)).toBe(given.status?.allocation?.devices?.results?.[0]?.bindingConditions !== undefined);
});
