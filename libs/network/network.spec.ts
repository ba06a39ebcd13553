import { seededRandom } from '#apimachinery';
import {
  bandOffset,
  clusterCIDR,
  contains,
  NODE_PORT_RANGE,
  nodePodCIDR,
  nodePortError,
  PodAddresses,
  parseRange,
  pickNodePort,
  pickServiceIP,
  SERVICE_CIDR,
  serviceIPError,
} from './index.js';

test.each([
  [0, '10.244.0.0/24'],
  [255, '10.244.255.0/24'],
  [256, '10.245.0.0/24'],
  [3071, '10.255.255.0/24'],
  [3072, '10.224.0.0/24'],
  [8191, '10.243.255.0/24'],
  [8192, undefined],
])('pod CIDR of node %d', (index, want) => {
  expect(nodePodCIDR(index)).toBe(want);
});

test("every node has a different pod CIDR, none of them among the Services'", () => {
  const all = Array.from({ length: 8192 }, (_, index) => nodePodCIDR(index) ?? '');
  expect(new Set(all).size).toBe(8192);
  expect(all.filter((cidr) => contains(parseRange(SERVICE_CIDR), cidr.replace('/24', '')))).toEqual([]);
});

test.each([
  [1, '10.244.0.0/16'],
  [256, '10.244.0.0/16'],
  [257, '10.244.0.0/15'],
  [1024, '10.244.0.0/14'],
  [1025, '10.240.0.0/12'],
  [3073, '10.224.0.0/11'],
  [5000, '10.224.0.0/11'],
])('the pods of %d nodes are in %s', (nodes, cidr) => {
  expect(clusterCIDR(nodes)).toBe(cidr);
  const range = parseRange(cidr);
  const addresses = Array.from({ length: nodes }, (_, index) => (nodePodCIDR(index) ?? '').replace('/24', ''));
  expect(addresses.filter((address) => !contains(range, address))).toEqual([]);
});

test('pod addresses are assigned in a cycle and not reused immediately', () => {
  const node = new PodAddresses('10.244.1.0/29');
  expect([1, 2, 3].map((n) => node.allocate(`${n}`))).toEqual(['10.244.1.2', '10.244.1.3', '10.244.1.4']);
  node.release('10.244.1.2', 'someone else');
  node.release('10.244.1.3', '2');
  expect([4, 5, 6, 7].map((n) => node.allocate(`${n}`))).toEqual(['10.244.1.5', '10.244.1.6', '10.244.1.3', undefined]);
});

test('claimed addresses are not assigned again', () => {
  const node = new PodAddresses('10.244.1.0/24');
  node.claim('10.244.1.2', 'a');
  node.claim('172.18.0.2', 'b');
  expect(node.allocate('c')).toBe('10.244.1.3');
});

test.each([
  [10, 0],
  [100, 16],
  [1022, 63],
  [1048574, 256],
])('static band of %d addresses', (size, want) => {
  expect(bandOffset(size, { min: 16, max: 256, step: 16 })).toBe(want);
});

test('service addresses come from the upper band, then from the lower', () => {
  const random = seededRandom('s').draw('clusterIP', '');
  const cidr = '10.0.0.0/27';
  const taken = new Set<string>();
  for (let i = 0; i < 30; i++) taken.add(pickServiceIP(random, (address) => taken.has(address), cidr) ?? '');
  const inOrder = [...taken].map((address) => Number(address.split('.')[3]));
  expect(inOrder.slice(0, 14).every((n) => n > 16)).toBe(true);
  expect(taken.size).toBe(30);
  expect(pickServiceIP(random, (address) => taken.has(address), cidr)).toBeUndefined();
});

test.each([
  ['10.96.0.1', undefined],
  ['10.111.255.254', undefined],
  ['10.96.0.0', 'the provided IP (10.96.0.0) is not in the valid range. The range of valid IPs is 10.96.0.0/12'],
  ['1.2.3.4', 'the provided IP (1.2.3.4) is not in the valid range. The range of valid IPs is 10.96.0.0/12'],
])('service address %s', (address, want) => {
  expect(serviceIPError(address)).toBe(want);
});

test('node ports', () => {
  const port = pickNodePort(seededRandom('p').draw('nodePort', ''), () => false, NODE_PORT_RANGE) ?? 0;
  expect(port).toBeGreaterThanOrEqual(30086);
  expect(nodePortError(32767, NODE_PORT_RANGE)).toBeUndefined();
  expect(nodePortError(80, NODE_PORT_RANGE)).toBe('provided port is not in the valid range. The range of valid ports is 30000-32767');
});
