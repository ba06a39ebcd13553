import { admissionPlugins } from '#admission';
import { builtIn, preferredResources } from '#api';
import { apiserverControllers, controllers } from '#controllers';
import { schedulerPlugins } from '#scheduler';
import { KIND_WORKERS, unworked } from './kind-workers.js';
import { createLocalCluster } from './local.js';

test('for each kind that is served it is said what works on it', () => {
  const served = preferredResources(builtIn).map(({ group, resource }) => (group === '' ? resource : `${resource}.${group}`));
  expect(Object.keys(KIND_WORKERS).sort()).toEqual([...new Set(served)].sort());
});

test('the controllers and plugins that work on kinds are there', () => {
  const there = new Set([
    ...['apiserver', 'data', 'kube-proxy', 'kubelet'],
    ...[...controllers, ...apiserverControllers].map(({ name }) => `controller:${name}`),
    ...schedulerPlugins.map(({ plugin }) => `scheduler:${plugin.name}`),
    ...admissionPlugins.map(({ name }) => `admission:${name}`),
  ]);
  expect(
    Object.values(KIND_WORKERS)
      .flat()
      .filter((worker) => !there.has(worker)),
  ).toEqual([]);
});

test('clients that create an object of a kind that nothing works on are warned; those that create others are not', async () => {
  const cluster = await createLocalCluster();
  const user = { name: 'admin', groups: ['system:masters'] };
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const warnings = async (path: string, manifest: object) => {
    const [plain = '', query = ''] = path.split('?');
    const body = new TextEncoder().encode(JSON.stringify(manifest));
    const answer = await cluster.api.handle({ method: 'PATCH', path: plain, query, headers, body, user, requestId: 'r' });
    return [answer.status, answer.headers.warning];
  };
  const metadata = { name: 'a' };
  const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: {} } };
  const path = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/a?fieldManager=m';
  expect([...unworked]).toEqual(['ingresses.networking.k8s.io', 'networkpolicies.networking.k8s.io']);
  const text = '299 - "networking.k8s.io/v1 NetworkPolicy is stored, but no controller of this cluster works on it yet"';
  expect(await warnings(path, policy)).toEqual([201, [text]]);
  expect(await warnings(path, { ...policy, spec: { podSelector: { matchLabels: metadata } } })).toEqual([200, undefined]);
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
  expect(await warnings('/api/v1/namespaces/default/configmaps/a?fieldManager=m', map)).toEqual([201, undefined]);
  cluster.close();
});
