import type { corev1 } from '#api';
import { amountsOf } from '#component-helpers';
import { planQuota } from './plan.js';

type Amounts = Record<string, string>;
const quota = (hard: Amounts, status?: corev1.ResourceQuotaStatus): corev1.ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace: 'ns' },
  spec: { hard },
  ...(status && { status }),
});

type Row = [
  what: string,
  object: corev1.ResourceQuota,
  counted: Amounts,
  released: Amounts,
  settled: boolean,
  want: ReturnType<typeof planQuota>,
];

test.each<Row>([
  [
    'a new quota',
    quota({ pods: '2' }),
    { pods: '1' },
    {},
    false,
    { status: { hard: { pods: '2' }, used: { pods: '1' } }, overcharged: false },
  ],
  [
    'nothing has changed',
    quota({ pods: '2' }, { hard: { pods: '2' }, used: { pods: '1' } }),
    { pods: '1' },
    {},
    false,
    { overcharged: false },
  ],
  [
    'the same amounts written differently',
    quota({ cpu: '1' }, { hard: { cpu: '1000m' }, used: { cpu: '500m' } }),
    { cpu: '0.5' },
    {},
    false,
    { overcharged: false },
  ],
  [
    'a resource is added and another is no longer limited',
    quota({ cpu: '1' }, { hard: { pods: '2' }, used: { pods: '1' } }),
    { cpu: '1' },
    {},
    false,
    { status: { hard: { cpu: '1' }, used: { cpu: '1' } }, overcharged: false },
  ],
  [
    'a resource that nothing uses keeps its usage',
    quota({ 'example.com/x': '1' }, { hard: { 'example.com/x': '1' }, used: { 'example.com/x': '1' } }),
    {},
    {},
    false,
    { overcharged: false },
  ],
  [
    'more is charged than there is: requests may be under way',
    quota({ pods: '5' }, { hard: { pods: '5' }, used: { pods: '4' } }),
    { pods: '2' },
    {},
    false,
    { overcharged: true },
  ],
  [
    'of that, what was given back is subtracted',
    quota({ pods: '5' }, { hard: { pods: '5' }, used: { pods: '4' } }),
    { pods: '2' },
    { pods: '1' },
    false,
    { status: { hard: { pods: '5' }, used: { pods: '3' } }, overcharged: true },
  ],
  [
    'never less than there is',
    quota({ pods: '5' }, { hard: { pods: '5' }, used: { pods: '4' } }),
    { pods: '3' },
    { pods: '2' },
    false,
    { status: { hard: { pods: '5' }, used: { pods: '3' } }, overcharged: false },
  ],
  [
    'no request is under way any more',
    quota({ pods: '5' }, { hard: { pods: '5' }, used: { pods: '4' } }),
    { pods: '2' },
    {},
    true,
    { status: { hard: { pods: '5' }, used: { pods: '2' } }, overcharged: false },
  ],
])('%s', (_, object, counted, released, settled, want) => {
  expect(planQuota({ quota: object, counted: amountsOf(counted), released: amountsOf(released), settled })).toEqual(want);
});
