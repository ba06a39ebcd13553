import type { corev1, discoveryv1 } from '#api';
import { type EndpointServer, listedServers, planEndpoints, planSlice } from './endpoints-plan.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const A = '192.0.2.1';
const B = '192.0.2.2';
const since = START + 25_000;
const up: EndpointServer = { address: A, abrupt: false };
const down = (state: 'stopped' | 'paused' | 'unreachable', abrupt: boolean): EndpointServer => ({
  address: B,
  abrupt,
  outage: { state, since },
});
// Its key was renewed at 20 s last, expires at 35 s, and is missed at 40 s.
const noticed = START + 40_000;

it.each<[string, EndpointServer[], number, ReturnType<typeof listedServers>]>([
  ['that are up, in the order of their addresses', [{ address: B, abrupt: false }, up], 0, { addresses: [A, B] }],
  ['of which one has stopped: it removes itself', [up, down('stopped', false)], 25_000, { addresses: [A] }],
  ['of which one has crashed', [up, down('stopped', true)], 39_999, { addresses: [A, B], nextAt: noticed }],
  ['of which one has crashed, later', [up, down('stopped', true)], 40_000, { addresses: [A] }],
  ['of which one is paused', [up, down('paused', false)], 30_000, { addresses: [A, B], nextAt: noticed }],
  ['of which one is on a node that is cut off', [up, down('unreachable', true)], 40_001, { addresses: [A] }],
])('API servers %s', (_, servers, later, listed) => {
  expect(listedServers(servers, START + later)).toEqual(listed);
});

const port = { name: 'https', port: 6443, protocol: 'TCP' };
const metadata = { name: 'kubernetes', namespace: 'default' };
const endpoints: corev1.Endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
  subsets: [{ addresses: [{ ip: A }, { ip: B }], ports: [port] }],
};
const slice: discoveryv1.EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
  addressType: 'IPv4',
  endpoints: [A, B].map((address) => ({ addresses: [address], conditions: { ready: true } })),
  ports: [port],
};

it.each<[string, corev1.Endpoints | undefined, boolean]>([
  ['that are right', endpoints, false],
  ['in another order', { ...endpoints, subsets: [{ addresses: [{ ip: B }, { ip: A }], ports: [port] }] }, false],
  ['that there are not', undefined, true],
  ['without the label', { ...endpoints, metadata: { ...metadata, labels: {} } }, true],
  ['with another address', { ...endpoints, subsets: [{ addresses: [{ ip: A }], ports: [port] }] }, true],
  ['with another port', { ...endpoints, subsets: [{ addresses: [{ ip: A }, { ip: B }], ports: [{ ...port, port: 443 }] }] }, true],
  ['with two subsets', { ...endpoints, subsets: [...(endpoints.subsets ?? []), { addresses: [{ ip: A }], ports: [port] }] }, true],
])('Endpoints %s', (_, standing, written) => {
  expect(planEndpoints(standing, [A, B])).toEqual(written ? endpoints : undefined);
});

it.each<[string, discoveryv1.EndpointSlice | undefined, boolean]>([
  ['that is right', slice, false],
  ['that there is not', undefined, true],
  ['with a label too many', { ...slice, metadata: { ...metadata, labels: { ...slice.metadata.labels, a: 'b' } } }, true],
  ['with an address too few', { ...slice, endpoints: slice.endpoints?.slice(1) }, true],
])('an EndpointSlice %s', (_, standing, written) => {
  expect(planSlice(standing, [A, B])).toEqual(written ? slice : undefined);
});
