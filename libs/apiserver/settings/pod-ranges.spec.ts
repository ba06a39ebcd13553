import { expect, it } from '@jest/globals';
import { nodePrefix, podRangeError } from './pod-ranges.js';

const FOUR = '10.244.0.0/16';
const SIX = 'fd00::/48';

it.each<[string, Record<string, string>, number, string | undefined]>([
  [FOUR, {}, 24, undefined],
  [FOUR, { '': '20' }, 20, undefined],
  [FOUR, { '-ipv4': '26' }, 26, undefined],
  [`${FOUR},${SIX}`, { '-ipv4': '26', '-ipv6': '64' }, 26, undefined],
  [`${FOUR},${SIX}`, { '': '26' }, 26, 'usage of --node-cidr-mask-size is not allowed with dual-stack clusters'],
  [FOUR, { '-ipv6': '64' }, 24, 'usage of --node-cidr-mask-size-ipv6 is not allowed for a single-stack IPv4 cluster'],
  [SIX, { '-ipv4': '26' }, 26, 'usage of --node-cidr-mask-size-ipv4 is not allowed for a single-stack IPv6 cluster'],
  [
    FOUR,
    { '': '26', '-ipv4': '26' },
    26,
    'usage of --node-cidr-mask-size-ipv4 and --node-cidr-mask-size-ipv6 is not allowed if --node-cidr-mask-size is set. For dual-stack clusters please unset it and use IPFamily specific flags',
  ],
  [
    FOUR,
    { '': '12' },
    12,
    'Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to --node-cidr-mask-size configured for CIDR family',
  ],
  ['', {}, 24, 'invalid CIDR[0]: <nil> (invalid CIDR address: )'],
  [`${FOUR},10.0.0.0/16`, {}, 24, 'len of ClusterCIDRs==2 and they are not configured as dual stack (at least one from each IPFamily'],
])('--cluster-cidr=%s with %j', (cidr, sizes, prefix, error) => {
  const flags = new Map([
    ['cluster-cidr', cidr],
    ...Object.entries(sizes).map(([name, size]) => [`node-cidr-mask-size${name}`, size] as const),
  ]);
  expect([nodePrefix(flags), podRangeError(flags)]).toEqual([prefix, error]);
});
