import type { corev1, networkingv1 } from '#api';
import { type AddressRepair, addressFor, type OrphanPlan, planAddressRepair, planOrphan } from './plan.js';

const IP = '10.96.0.7';
const NOW = Date.parse('2026-01-02T03:04:05Z');
const service = (name: string, spec: Partial<corev1.ServiceSpec> = {}): corev1.Service => ({
  ...{ apiVersion: 'v1', kind: 'Service' },
  metadata: { name, namespace: 'n', creationTimestamp: '2026-01-02T03:00:00Z' },
  spec: { clusterIP: IP, clusterIPs: [IP], ...spec },
});
const web = service('web');
const own = addressFor(web, IP);
const foreign = (parentRef: networkingv1.ParentReference): networkingv1.IPAddress => ({ ...own, spec: { parentRef } });
const other = foreign({ resource: 'services', namespace: 'n', name: 'other' });
const gateway = foreign({ group: 'gateway.networking.k8s.io', resource: 'gateways', namespace: 'n', name: 'g' });
const unlabelled = { ...own, metadata: { name: IP } };
const WRONG = `the ClusterIP [IPv4]: ${IP} for Service n/web has a wrong reference; repairing`;

it.each<[string, networkingv1.IPAddress | undefined, corev1.Service[], AddressRepair]>([
  ['has its IPAddress', own, [], { do: 'nothing' }],
  [
    'has none',
    undefined,
    [],
    { do: 'create', finding: { reason: 'ClusterIPNotAllocated', message: `Cluster IP [IPv4]: ${IP} is not allocated; repairing` } },
  ],
  ['has one of something else', gateway, [], { do: 'recreate', finding: { reason: 'ClusterIPNotAllocated', message: WRONG } }],
  ['has one of a Service that is gone', other, [], { do: 'recreate', finding: { reason: 'ClusterIPNotAllocated', message: WRONG } }],
  [
    'has one of a Service with the same address',
    other,
    [service('other')],
    {
      do: 'nothing',
      finding: {
        reason: 'ClusterIPAlreadyAllocated',
        message: `Cluster IP [IPv4]:${IP} was assigned to multiple services; please recreate service`,
      },
    },
  ],
  ['has one of a Service with another address', other, [service('other', { clusterIPs: ['10.96.0.8'] })], { do: 'nothing' }],
  ['has one without labels', unlabelled, [], { do: 'recreate' }],
])('an address of a Service that %s', (_, address, services, wanted) => {
  const serviceOf = (_namespace: string, name: string) => services.find(({ metadata }) => metadata.name === name);
  expect(planAddressRepair(web, IP, { address, inRange: true, serviceOf })).toEqual(wanted);
});

it('an address of a Service that lies in no range', () => {
  expect(planAddressRepair(web, IP, { address: own, inRange: false, serviceOf: () => undefined })).toEqual({
    do: 'nothing',
    finding: {
      reason: 'ClusterIPOutOfRange',
      message: `Cluster IP [IPv4]: ${IP} is not within any configured Service CIDR; please recreate service`,
    },
  });
});

const made = (address: networkingv1.IPAddress, ago: number): networkingv1.IPAddress => ({
  ...address,
  metadata: { ...address.metadata, creationTimestamp: new Date(NOW - ago).toISOString() },
});
const leaked = `IPAddress: ${IP} for Service n/web appears to have leaked: cleaning up`;
const wrong = `IPAddress: ${IP} for Service n/web has a wrong reference; cleaning up`;
const modified =
  `IPAddress ${IP} appears to have been modified, not referencing a Service ` +
  '&ParentReference{Group:gateway.networking.k8s.io,Resource:gateways,Namespace:n,Name:g,}: cleaning up';
const elsewhere = service('web', { clusterIP: '10.96.0.8', clusterIPs: ['10.96.0.8'] });
const named = service('web', { type: 'ExternalName', clusterIP: undefined, clusterIPs: undefined });

it.each<[string, networkingv1.IPAddress, corev1.Service | undefined, OrphanPlan]>([
  ['of a Service', made(own, 90_000), web, { do: 'nothing' }],
  ['of somebody else', unlabelled, undefined, { do: 'nothing' }],
  ['without a Service, new', made(own, 20_000), undefined, { do: 'look', at: NOW + 40_001 }],
  ['without a Service', made(own, 90_000), undefined, { do: 'remove', finding: { reason: 'IPAddressNotAllocated', message: leaked } }],
  ['of a gateway', made(gateway, 0), undefined, { do: 'remove', finding: { reason: 'IPAddressNotAllocated', message: modified } }],
  ['of a Service with another address, new', made(own, 1_000), elsewhere, { do: 'look', at: NOW + 4_000 }],
  [
    'of a Service with another address',
    made(own, 6_000),
    elsewhere,
    { do: 'remove', finding: { reason: 'IPAddressWrongReference', message: wrong } },
  ],
  ['of a Service that is a name, new', made(own, 20_000), named, { do: 'look', at: NOW + 40_000 }],
])('an IPAddress %s', (_, address, of, wanted) => {
  expect(planOrphan(address, of, NOW)).toEqual(wanted);
});
