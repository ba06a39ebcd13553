import type { corev1 } from '#api';
import { podDNS } from './dns.js';
import { nginx, podOf, Story } from './story.js';

const CLUSTER = ['ns.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];
const many = (count: number, make: (index: number) => string): string[] => Array.from({ length: count }, (_, index) => make(index));
const long = many(9, (index) => `${index}.${'x'.repeat(248)}`);

it.each<[string, Partial<corev1.PodSpec>, Partial<ReturnType<typeof podDNS>>]>([
  ['without a policy', {}, { servers: ['10.96.0.10'], searches: CLUSTER, options: ['ndots:5'] }],
  ['ClusterFirst on the network of the host', { dnsPolicy: 'ClusterFirst', hostNetwork: true }, { servers: ['192.0.2.53'] }],
  [
    'ClusterFirstWithHostNet',
    { dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true },
    { servers: ['10.96.0.10'], searches: CLUSTER, options: ['ndots:5'] },
  ],
  ['Default', { dnsPolicy: 'Default' }, { servers: ['192.0.2.53'] }],
  [
    'None',
    {
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['1.1.1.1'], searches: ['a.b'], options: [{ name: 'ndots', value: '1' }, { name: 'edns0' }] },
    },
    { servers: ['1.1.1.1'], searches: ['a.b'], options: ['ndots:1', 'edns0'] },
  ],
  [
    'with more of each',
    { dnsConfig: { nameservers: ['10.96.0.10', '1.1.1.1'], searches: ['cluster.local', 'a.b'], options: [{ name: 'ndots', value: '2' }] } },
    { servers: ['10.96.0.10', '1.1.1.1'], searches: [...CLUSTER, 'a.b'], options: ['ndots:2'] },
  ],
  [
    'with too many name servers',
    { dnsConfig: { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3'] } },
    {
      ...{ servers: ['10.96.0.10', '1.1.1.1', '1.1.1.2'], searches: CLUSTER, options: ['ndots:5'] },
      warnings: [
        'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.96.0.10 1.1.1.1 1.1.1.2',
      ],
    },
  ],
  [
    'with too many search paths',
    { dnsPolicy: 'Default', dnsConfig: { searches: many(33, (index) => `s${index}`) } },
    {
      ...{ servers: ['192.0.2.53'], searches: many(32, (index) => `s${index}`) },
      warnings: [
        `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${many(32, (index) => `s${index}`).join(' ')}`,
      ],
    },
  ],
  [
    'with too long a line',
    { dnsPolicy: 'Default', dnsConfig: { searches: long } },
    {
      ...{ servers: ['192.0.2.53'], searches: long.slice(0, 8) },
      warnings: [
        `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${long.slice(0, 8).join(' ')}`,
      ],
    },
  ],
])('resolv.conf %s', (_, spec, expected) => {
  expect(podDNS(podOf(spec))).toEqual({ servers: [], searches: [], options: [], warnings: [], ...expected });
});

test('what is left out is said when the sandbox is made', () => {
  const dnsConfig = { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] };
  const story = new Story(podOf({ containers: [nginx], dnsPolicy: 'None', dnsConfig }));
  expect(story.events.filter((event) => event.startsWith('DNS'))).toEqual([
    'DNSConfigForming: Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 1.1.1.1 1.1.1.2 1.1.1.3',
  ]);
  expect(story.summary).toBe('Running c=running+ready');
});
