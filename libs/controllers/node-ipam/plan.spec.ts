import type { corev1 } from '#api';
import { NodeRanges } from './plan.js';

const node = (name: string, podCIDR?: string): corev1.Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: podCIDR === undefined ? {} : { podCIDR },
});

function ranges(...cidrs: Array<string | undefined>): NodeRanges {
  const made = new NodeRanges();
  for (const [index, cidr] of cidrs.entries()) made.set(node(`n${index}`, cidr));
  return made;
}

it.each<[string, Array<string | undefined>, string, string | undefined, number?]>([
  ['the first', [], '10.244.0.0/16', '10.244.0.0/24'],
  ['the first that is free', ['10.244.0.0/24', '10.244.2.0/24', undefined], '10.244.0.0/16', '10.244.1.0/24'],
  ['beside a larger one', ['10.244.0.0/22'], '10.244.0.0/16', '10.244.4.0/24'],
  ['beside a smaller one', ['10.244.0.128/25'], '10.244.0.0/16', '10.244.1.0/24'],
  ['what lies outside does not count', ['192.168.0.0/24', 'fd00::/64'], '10.244.0.0/16', '10.244.0.0/24'],
  ['all are in use', ['10.244.0.0/24', '10.244.1.0/24'], '10.244.0.0/23', undefined],
  ['a larger one, beside smaller ones', ['10.244.0.0/24', '10.244.1.0/24'], '10.244.0.0/16', '10.244.16.0/20', 20],
  ['a smaller one, beside larger ones', ['10.244.0.0/24', '10.244.2.0/24'], '10.244.0.0/16', '10.244.1.0/26', 26],
  ['larger than the range of all pods', [], '10.244.0.0/16', undefined, 12],
  ['of no address', [], '10.244.0.0/16', undefined, 33],
  ['of one, in the range of all addresses', ['0.0.0.0/32'], '0.0.0.0/0', '0.0.0.1/32', 32],
])('a range for a node: %s', (_, used, cluster, free, prefix = 24) => {
  expect(ranges(...used).free(cluster, prefix)).toBe(free);
});

it('a range is free again when its last node is gone', () => {
  const made = ranges('10.244.0.0/24', '10.244.0.0/24');
  made.delete('n0');
  const before = made.free('10.244.0.0/16', 24);
  made.set(node('n1', '10.244.7.0/24'));
  expect([before, made.free('10.244.0.0/16', 24)]).toEqual(['10.244.1.0/24', '10.244.0.0/24']);
});

it.each([
  [['10.244.0.0/24'], '10.244.0.0/16'],
  [['10.244.0.0/24', '10.245.3.0/24'], '10.244.0.0/15'],
  [['10.230.0.0/24'], '10.224.0.0/11'],
  [['172.16.0.0/24'], '10.224.0.0/11'],
])('the range of all pods that holds %j is %s', (used, cidr) => {
  expect(ranges(...used).cluster()).toBe(cidr);
});
