import { builtIn, preferredResources } from '#api';
import { createLocalCluster } from './local.js';
import { unworked, unworkedKinds } from './unworked-kinds.js';

test('a kind is no longer on the list when its controller is there', () => {
  expect(unworkedKinds([]).has('jobs.batch')).toBe(true);
  expect(unworkedKinds(['job-controller']).has('jobs.batch')).toBe(false);
  expect([...unworkedKinds(['persistent-volume-binder'])].filter((kind) => kind.startsWith('persistent'))).toEqual([]);
});

test('each kind on the list is served', () => {
  const served = preferredResources(builtIn).map(({ group, resource }) => (group === '' ? resource : `${resource}.${group}`));
  expect([...unworkedKinds([])].filter((kind) => !served.includes(kind))).toEqual([]);
});

test('clients that create an object of such a kind are warned; components, and clients that create others, are not', async () => {
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
  const template = { metadata: { labels: metadata }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: { selector: { matchLabels: metadata }, serviceName: 'a', template },
  };
  const path = '/apis/apps/v1/namespaces/default/statefulsets/a?fieldManager=m';
  const expected = unworked.has('statefulsets.apps')
    ? ['299 - "apps/v1 StatefulSet is stored, but no controller of this cluster works on it yet"']
    : undefined;
  expect(await warnings(path, set)).toEqual([201, expected]);
  expect(await warnings(path, { ...set, spec: { ...set.spec, replicas: 2 } })).toEqual([200, undefined]);
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
  expect(await warnings('/api/v1/namespaces/default/configmaps/a?fieldManager=m', map)).toEqual([201, undefined]);
  cluster.close();
});
