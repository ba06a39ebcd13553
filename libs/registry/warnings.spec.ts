import { testCluster } from '#apiserver/test-cluster';
import { strategies } from './index.js';

/** The texts of the Warning headers of a request. */
async function warnings(method: string, path: string, body: Record<string, unknown>, before?: [path: string, body: unknown]) {
  const { call } = await testCluster({ strategies });
  if (before) await call('POST', before[0], { body: before[1] });
  const { headers, status, text } = await call(method, path, { body });
  if (status > 201) throw new Error(text);
  return [headers.warning ?? []].flat().map((header) => /^299 - "(.*)"$/.exec(header)?.[1]?.replaceAll('\\"', '"'));
}

const STATIC =
  'metadata.name: names ending with ".static.k8s.io" are reserved for static manifest-based configurations and cannot be managed via the API';
const zone = 'failure-domain.beta.kubernetes.io/zone';
const instead = 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead';

test.each<[string, string, Record<string, unknown>, string[]]>([
  [
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    'ValidatingWebhookConfiguration',
    { metadata: { name: 'a.static.k8s.io' } },
    [STATIC],
  ],
  [
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
    'MutatingWebhookConfiguration',
    { metadata: { name: 'a.k8s.io' } },
    [],
  ],
  [
    '/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies',
    'NetworkPolicy',
    {
      spec: {
        podSelector: {},
        ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
        egress: [{ to: [{ podSelector: {} }, { ipBlock: { cidr: '2001:db8:0::/64' } }] }],
      },
    },
    ['spec.egress[0].to[1].ipBlock.cidr: IPv6 CIDR value "2001:db8:0::/64" should be in RFC 5952 canonical format ("2001:db8::/64")'],
  ],
  [
    '/apis/node.k8s.io/v1/runtimeclasses',
    'RuntimeClass',
    { handler: 'h', scheduling: { nodeSelector: { [zone]: 'z', other: 'o' } } },
    [`scheduling.nodeSelector: ${instead}`],
  ],
  [
    '/apis/storage.k8s.io/v1/storageclasses',
    'StorageClass',
    { provisioner: 'p', allowedTopologies: [{ matchLabelExpressions: [{ key: zone, values: ['z'] }] }] },
    [`allowedTopologies[0].matchLabelExpressions[0].key: ${instead}`],
  ],
  [
    '/apis/storage.k8s.io/v1/namespaces/ns/csistoragecapacities',
    'CSIStorageCapacity',
    { storageClassName: 's', nodeTopology: { matchLabels: { [zone]: 'z' }, matchExpressions: [{ key: zone, operator: 'Exists' }] } },
    [`nodeTopology.matchExpressions[0].key: ${zone} is ${instead}`, `nodeTopology.matchLabels.${zone}: ${instead}`],
  ],
])('a creation at %s: %s', async (path, kind, more, want) => {
  const [, group = '', version = ''] = /^\/apis\/([^/]+)\/([^/]+)/.exec(path) ?? [];
  const body = { apiVersion: `${group}/${version}`, kind, metadata: { name: 'a' }, ...more };
  expect(await warnings('POST', path, body)).toEqual(want);
});

const ADDRESS = (at: string) => `${at}: IPv6 address "2001:db8:0::1" should be in RFC 5952 canonical format ("2001:db8::1")`;
test('the status of an Ingress', async () => {
  const path = '/apis/networking.k8s.io/v1/namespaces/ns/ingresses';
  const ingress = {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'i' } },
    spec: { defaultBackend: { service: { name: 's', port: { number: 1 } } } },
  };
  const status = { loadBalancer: { ingress: [{ hostname: 'h' }, { ip: '2001:db8:0::1' }] } };
  expect(await warnings('PUT', `${path}/i/status`, { ...ingress, status }, [path, ingress])).toEqual([
    ADDRESS('status.loadBalancer.ingress[1]'),
  ]);
});

test('the status of a pod', async () => {
  const path = '/api/v1/namespaces/ns/pods';
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const ip = '2001:db8:0::1';
  const status = { podIP: ip, podIPs: [{ ip }], hostIP: '192.0.2.1', hostIPs: [{ ip: '192.0.2.1' }] };
  expect(await warnings('PUT', `${path}/p/status`, { ...pod, status }, [path, pod])).toEqual([ADDRESS('status.podIPs[0].ip')]);
});

test('an update of a ReplicationController warns of what its template was, as upstream', async () => {
  const path = '/api/v1/namespaces/ns/replicationcontrollers';
  const controller = (nodeSelector: Record<string, string>) => ({
    ...{ apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'r' } },
    spec: {
      selector: { app: 'r' },
      template: { metadata: { labels: { app: 'r' } }, spec: { nodeSelector, containers: [{ name: 'c', image: 'i' }] } },
    },
  });
  const warned = [`spec.template.spec.nodeSelector[${zone}]: ${instead}`];
  expect(await warnings('PUT', `${path}/r`, controller({}), [path, controller({ [zone]: 'z' })])).toEqual(warned);
  expect(await warnings('PUT', `${path}/r`, controller({ [zone]: 'z' }), [path, controller({})])).toEqual([]);
});
