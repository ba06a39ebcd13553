import type { corev1 } from '#api';
import { fingerprint, freeAddress, hostsOf, needsCleanup, wantsLoadBalancer } from './load-balancers.js';

const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';

const service = (spec: corev1.ServiceSpec, metadata: Partial<corev1.Service['metadata']> = {}): corev1.Service => ({
  ...{ apiVersion: 'v1', kind: 'Service', spec },
  metadata: { name: 's', namespace: 'default', ...metadata },
});
const balanced: corev1.ServiceSpec = { type: 'LoadBalancer', ports: [{ port: 80 }] };

it.each<[string, corev1.Service, [boolean, boolean]]>([
  ['of type ClusterIP', service({ type: 'ClusterIP' }), [false, false]],
  ['of type LoadBalancer', service(balanced), [true, false]],
  ['of another class', service({ ...balanced, loadBalancerClass: 'a.b/c' }), [false, false]],
  ['being deleted', service(balanced, { finalizers: [FINALIZER], deletionTimestamp: 't' }), [true, true]],
  ['no longer of that type', service({ type: 'NodePort' }, { finalizers: [FINALIZER] }), [false, true]],
])('a Service %s wants a load balancer, needs cleanup: %j', (_, given, wanted) => {
  expect([wantsLoadBalancer(given), needsCleanup(given)]).toEqual(wanted);
});

it('only what concerns the load balancer has it made anew', () => {
  const same = service(balanced, { labels: { a: 'b' }, resourceVersion: '7' });
  const others = [
    service({ ...balanced, ports: [{ port: 81 }] }),
    service({ ...balanced, sessionAffinity: 'ClientIP' }),
    service(balanced, { annotations: { a: 'b' } }),
  ];
  const first = fingerprint(service(balanced));
  expect([fingerprint(same) === first, others.map((other) => fingerprint(other) === first)]).toEqual([true, [false, false, false]]);
});

it('addresses: the wanted one if it is free, the first free one, none', () => {
  const all = new Set(
    ['203.0.113', '198.51.100', '192.0.2'].flatMap((prefix) => Array.from({ length: 254 }, (_, host) => `${prefix}.${host + 1}`)),
  );
  expect([
    freeAddress(undefined, new Set(['203.0.113.1'])),
    freeAddress('198.51.100.9', new Set()),
    freeAddress('198.51.100.9', new Set(['198.51.100.9'])),
    freeAddress('8.8.8.8', new Set()),
    freeAddress(undefined, all),
  ]).toEqual(['203.0.113.2', '198.51.100.9', '203.0.113.1', '203.0.113.1', undefined]);
});

it('load balancers send to initialised nodes that are not excluded and not about to go', () => {
  const node = (name: string, spec: corev1.NodeSpec, labels: Record<string, string> = {}): corev1.Node => ({
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } },
    spec,
  });
  const providerID = 'orrery://z/1';
  const nodes = [
    node('b', { providerID }),
    node('a', { providerID }),
    node('new', {}),
    node('excluded', { providerID }, { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }),
    node('leaving', { providerID, taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] }),
  ];
  expect(hostsOf(nodes)).toEqual(['a=orrery://z/1', 'b=orrery://z/1']);
});
