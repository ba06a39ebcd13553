import type { corev1, discoveryv1 } from '#api';
import { mirrored, planMirror } from './mirror.js';

const endpoints = (...subsets: corev1.EndpointSubset[]): corev1.Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'db', namespace: 'ns', uid: 'u' },
  subsets,
});
const ips = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ ip: `10.${first}.${index >> 8}.${index & 255}` }));
const http = { port: 80, protocol: 'TCP' };
const shown = ({ addressType, ports = [], endpoints: list = [] }: discoveryv1.EndpointSlice) => [
  addressType,
  ports?.map(({ port }) => port),
  list?.map(({ addresses, conditions }) => `${addresses.join()} ${conditions?.ready}`),
];

it.each<[string, corev1.EndpointSubset[], unknown[]]>([
  [
    'both families',
    [{ addresses: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }], notReadyAddresses: [{ ip: '10.0.0.2' }], ports: [http] }],
    [
      ['IPv4', [80], ['10.0.0.1 true', '10.0.0.2 false']],
      ['IPv6', [80], ['fd00::1 true']],
    ],
  ],
  [
    'subsets with the same ports are one',
    [
      { addresses: [{ ip: '10.0.0.1' }], ports: [http] },
      { addresses: [{ ip: '10.0.0.2' }], ports: [http] },
    ],
    [['IPv4', [80], ['10.0.0.1 true', '10.0.0.2 true']]],
  ],
  [
    'an address that is ready and not ready is not ready',
    [{ addresses: [{ ip: '10.0.0.1' }], notReadyAddresses: [{ ip: '10.0.0.1' }], ports: [http] }],
    [['IPv4', [80], ['10.0.0.1 false']]],
  ],
  ['no ports', [{ addresses: [{ ip: '10.0.0.1' }] }], [['IPv4', [], ['10.0.0.1 true']]]],
])('Endpoints with %s are mirrored', (_, subsets, wanted) => {
  expect(mirrored(endpoints(...subsets)).slices.map(shown)).toEqual(wanted);
});

it('a thousand addresses with the same ports are mirrored, however they are divided among subsets', () => {
  const { slices, skipped } = mirrored(endpoints({ addresses: ips(1, 700), ports: [http] }, { addresses: ips(2, 700), ports: [http] }));
  expect([slices.map(({ endpoints: list }) => list?.length), skipped]).toEqual([[1000], 400]);
});

it('a slice whose ports have changed keeps its name', () => {
  const [before] = mirrored(endpoints({ addresses: ips(1, 1), ports: [http] })).slices;
  const after = mirrored(endpoints({ addresses: ips(1, 1), ports: [{ port: 81, protocol: 'TCP' }] })).slices;
  const present = { ...before, metadata: { ...before?.metadata, name: 'db-x', generateName: 'db-' } } as discoveryv1.EndpointSlice;
  const plan = planMirror(after, [present]);
  expect([plan.create, plan.delete, plan.update.map((slice) => [slice.metadata.name, ...shown(slice)])]).toEqual([
    [],
    [],
    [['db-x', 'IPv4', [81], ['10.1.0.0 true']]],
  ]);
});
