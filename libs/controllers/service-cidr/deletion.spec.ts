import type { networkingv1 } from '#api';
import { canDelete } from './deletion.js';

const range = (name: string, ...cidrs: string[]): networkingv1.ServiceCIDR => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name } },
  spec: { cidrs },
});
const address = (name: string, manager = 'ipallocator.k8s.io'): networkingv1.IPAddress => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress' },
  metadata: { name, labels: { 'ipaddress.kubernetes.io/managed-by': manager } },
  spec: { parentRef: { resource: 'services', name: 's' } },
});
const old = range('old', '10.1.0.0/24');

it.each<[string, networkingv1.ServiceCIDR[], networkingv1.IPAddress[], boolean]>([
  ['nothing was allocated', [], [], true],
  ['an address lies in it', [], [address('10.1.0.7')], false],
  ['an address of somebody else', [], [address('10.1.0.7', 'me')], true],
  ['an address lies elsewhere', [range('b', '10.2.0.0/24')], [address('10.2.0.7')], true],
  ['another contains it', [range('b', '10.1.0.0/16')], [address('10.1.0.7')], true],
  ['another has the address, too', [range('b', '10.1.0.0/28')], [address('10.1.0.7')], true],
  ['another has only one of two', [range('b', '10.1.0.0/28')], [address('10.1.0.7'), address('10.1.0.70')], false],
])('a range may go: %s', (_, others, addresses, wanted) => {
  expect(canDelete(old, [old, ...others], addresses)).toBe(wanted);
});
