import type { networkingv1 } from '#api';
import { type DefaultRangePlan, planDefaultRange } from './plan.js';

const FLAG = ['10.96.0.0/12'];
const condition = (status: string, reason = '', message = '') => ({
  ...{ type: 'Ready', lastTransitionTime: '2026-01-02T03:04:05Z' },
  ...{ status, reason, message },
});
const range = (cidrs: string[], ready?: ReturnType<typeof condition>, leaving = false): networkingv1.ServiceCIDR => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR' },
  metadata: { name: 'kubernetes', ...(leaving ? { deletionTimestamp: '2026-01-02T03:04:05Z' } : {}) },
  spec: { cidrs },
  status: ready ? { conditions: [ready] } : {},
});
const different = 'The default ServiceCIDR [10.0.0.0/24] does not match the controller flag configurations [10.96.0.0/12]';

it.each<[string, networkingv1.ServiceCIDR | undefined, string[], DefaultRangePlan]>([
  ['there is none', undefined, FLAG, { do: 'create' }],
  ['it has no condition', range(FLAG), FLAG, { do: 'set-ready' }],
  ['nothing is known of it', range(FLAG, condition('Unknown')), FLAG, { do: 'set-ready' }],
  ['it is ready', range(FLAG, condition('True')), FLAG, { do: 'nothing' }],
  ['it is on its way out', range(FLAG, undefined, true), FLAG, { do: 'nothing' }],
  [
    'it is not ready',
    range(FLAG, condition('False', 'Terminating', 'it goes')),
    FLAG,
    { do: 'report', reason: 'Terminating', message: 'Configuration matches, but it goes' },
  ],
  [
    'the flag says something else',
    range(['10.0.0.0/24'], condition('True')),
    FLAG,
    { do: 'report', reason: 'KubernetesDefaultServiceCIDRInconsistent', message: different },
  ],
  ['the flag has a second range', range(FLAG, condition('True')), [...FLAG, 'fd00::/108'], { do: 'extend' }],
])('the ServiceCIDR kubernetes: %s', (_, now, cidrs, wanted) => {
  expect(planDefaultRange(now, cidrs)).toEqual(wanted);
});
