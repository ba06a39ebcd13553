import { describe, expect, it } from '@jest/globals';
import type { corev1, discoveryv1 } from '#api';
import { planSlices, type SlicePlan } from './slices.js';
import { withoutHints } from './traffic-distribution.js';

function service(spec: Partial<corev1.ServiceSpec> = {}): corev1.Service {
  const ports = [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 'web' }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'svc', namespace: 'ns', uid: 'u', labels: { l: '1' } },
    spec: { clusterIP: '10.96.0.9', ipFamilies: ['IPv4'], selector: { a: 'b' }, ports, ...spec },
  };
}

function pod(index: number, { ready = true, deleting = false, port = 8080 } = {}): corev1.Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${index}`, namespace: 'ns', uid: `u${index}`, ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { nodeName: 'n1', containers: [{ name: 'c', ports: [{ name: 'web', containerPort: port, protocol: 'TCP' }] }] },
    status: {
      phase: 'Running',
      podIP: `10.0.0.${index}`,
      podIPs: [{ ip: `10.0.0.${index}` }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

const plan = (pods: corev1.Pod[], slices: discoveryv1.EndpointSlice[], of = service()): SlicePlan =>
  planSlices({ service: of, pods, slices, zoneOf: (node) => (node === 'n1' ? 'z1' : null), hint: withoutHints });

/** The slices after a plan has been carried out. */
function apply(slices: discoveryv1.EndpointSlice[], { create, update, delete: gone }: SlicePlan): discoveryv1.EndpointSlice[] {
  const kept = slices
    .filter((slice) => !gone.includes(slice))
    .map((slice) => update.find(({ metadata }) => metadata.name === slice.metadata.name) ?? slice);
  return [...kept, ...create.map((slice, index) => ({ ...slice, metadata: { ...slice.metadata, name: `svc-${slices.length + index}` } }))];
}

describe('planSlices', () => {
  it('creates a slice like upstream', () => {
    const { create, update, delete: gone } = plan([pod(1)], []);
    expect([update, gone]).toEqual([[], []]);
    expect(create).toEqual([
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: '',
          generateName: 'svc-',
          namespace: 'ns',
          labels: {
            l: '1',
            'kubernetes.io/service-name': 'svc',
            'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
          },
          ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'svc', uid: 'u', controller: true, blockOwnerDeletion: true }],
        },
        addressType: 'IPv4',
        endpoints: [
          {
            addresses: ['10.0.0.1'],
            conditions: { ready: true, serving: true, terminating: false },
            targetRef: { kind: 'Pod', namespace: 'ns', name: 'p1', uid: 'u1' },
            nodeName: 'n1',
            zone: 'z1',
          },
        ],
        ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
      },
    ]);
  });

  it('has an empty slice for a Service without pods, and uses it for the first pods', () => {
    const empty = apply([], plan([], []));
    expect(empty.map(({ endpoints, ports }) => [endpoints, ports])).toEqual([[[], []]]);
    expect(plan([], empty)).toEqual({ create: [], update: [], delete: [], skipped: [] });
    const first = plan([pod(1)], empty);
    expect([first.create.length, first.update.map(({ metadata }) => metadata.name), first.delete.length]).toEqual([0, ['svc-0'], 0]);
    const back = plan([], apply(empty, first));
    expect([back.create.length, back.update.map(({ endpoints }) => endpoints), back.delete.length]).toEqual([0, [[]], 0]);
  });

  it.each([
    ['not ready', { ready: false }, { ready: false, serving: false, terminating: false }],
    ['being deleted', { deleting: true }, { ready: false, serving: true, terminating: true }],
  ])('reports that a pod is %s', (_, given, conditions) => {
    expect(plan([pod(1, given)], []).create[0]?.endpoints?.[0]?.conditions).toEqual(conditions);
  });

  it('keeps endpoints in their slices, and fills slices of a hundred', () => {
    const pods = Array.from({ length: 150 }, (_, index) => pod(index));
    const slices = apply([], plan(pods, []));
    expect(slices.map(({ endpoints }) => endpoints?.length)).toEqual([100, 50]);
    expect(plan(pods, slices)).toEqual({ create: [], update: [], delete: [], skipped: [] });
    const one = plan([...pods, pod(200)], slices);
    expect([one.create.length, one.update.map(({ metadata, endpoints }) => [metadata.name, endpoints?.length])]).toEqual([
      0,
      [['svc-1', 51]],
    ]);
    const fewer = plan(pods.slice(1), slices);
    expect(fewer.update.map(({ metadata, endpoints }) => [metadata.name, endpoints?.length])).toEqual([['svc-0', 99]]);
  });

  it('separates pods with different ports', () => {
    const { create } = plan([pod(1), pod(2, { port: 9090 })], []);
    expect(create.map(({ ports, endpoints }) => [ports?.[0]?.port, endpoints?.length])).toEqual([
      [8080, 1],
      [9090, 1],
    ]);
  });

  it('marks headless Services, and deletes slices of a family they no longer have', () => {
    const headless = service({ clusterIP: 'None', ipFamilies: ['IPv4'] });
    expect(plan([pod(1)], [], headless).create[0]?.metadata.labels?.['service.kubernetes.io/headless']).toBe('');
    const both = apply([], plan([pod(1)], [], service({ ipFamilies: ['IPv4', 'IPv6'] })));
    expect(both.map(({ addressType }) => addressType)).toEqual(['IPv4', 'IPv6']);
    expect(plan([pod(1)], both).delete.map(({ addressType }) => addressType)).toEqual(['IPv6']);
  });
});
