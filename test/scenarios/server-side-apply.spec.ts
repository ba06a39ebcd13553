import type { LocalCluster } from '#cluster';
import { openCluster } from './story.js';

interface Answer {
  status: number;
  body: {
    message?: string;
    spec?: { replicas?: number };
    metadata?: { managedFields?: Array<{ manager: string; operation: string; subresource?: string; fieldsV1: { 'f:spec'?: object } }> };
  };
}

const DEPLOYMENT = '/apis/apps/v1/namespaces/default/deployments/web';

async function send(cluster: LocalCluster, method: string, path: string, body: object, contentType: string): Promise<Answer> {
  const [at = '', query = ''] = path.split('?');
  const response = await cluster.api.handle({
    method,
    path: at,
    query,
    headers: { 'content-type': contentType, 'user-agent': 'scaler/1' },
    body: Buffer.from(JSON.stringify(body)),
    user: { name: 'admin', groups: ['system:masters'] },
    requestId: 'r',
  });
  return { status: response.status, body: JSON.parse(String(response.body)) };
}

const apply = (cluster: LocalCluster, path: string, body: object) => send(cluster, 'PATCH', path, body, 'application/apply-patch+yaml');

const deployment = (replicas?: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    ...(replicas === undefined ? {} : { replicas }),
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
  },
});

const scale = (replicas: number) => ({ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web' }, spec: { replicas } });

/** Who owns the replicas of a Deployment. */
const owners = ({ body }: Answer): string[] =>
  (body.metadata?.managedFields ?? [])
    .filter(({ fieldsV1 }) => 'f:replicas' in (fieldsV1['f:spec'] ?? {}))
    .map(({ manager, operation, subresource }) => [manager, operation, subresource].filter(Boolean).join(' '));

test('whoever scales takes the replicas over from who applied them, and gives them up to who forces', async () => {
  const cluster = await openCluster();
  const first = await apply(cluster, `${DEPLOYMENT}?fieldManager=m1`, deployment(2));
  expect([first.status, owners(first)]).toEqual([201, ['m1 Apply']]);
  expect((await send(cluster, 'PUT', `${DEPLOYMENT}/scale`, scale(3), 'application/json')).status).toBe(200);
  const refused = await apply(cluster, `${DEPLOYMENT}?fieldManager=m1`, deployment(2));
  expect([refused.status, refused.body.message]).toEqual([
    409,
    'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using apps/v1: .spec.replicas',
  ]);
  const without = await apply(cluster, `${DEPLOYMENT}?fieldManager=m1`, deployment());
  expect([without.status, without.body.spec?.replicas, owners(without)]).toEqual([200, 3, ['scaler Update scale']]);
  const other = await apply(cluster, `${DEPLOYMENT}/scale?fieldManager=m2`, scale(4));
  expect([other.status, other.body.message]).toEqual([
    409,
    'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using autoscaling/v1: .spec.replicas',
  ]);
  const forced = await apply(cluster, `${DEPLOYMENT}/scale?fieldManager=m2&force=true`, scale(4));
  expect([forced.status, forced.body.spec?.replicas]).toEqual([200, 4]);
  const last = await apply(cluster, `${DEPLOYMENT}?fieldManager=m1`, deployment());
  expect([last.body.spec?.replicas, owners(last)]).toEqual([4, ['m2 Apply scale']]);
});

test('the status is applied apart from the rest', async () => {
  const cluster = await openCluster();
  await apply(cluster, `${DEPLOYMENT}?fieldManager=m1`, deployment(0));
  const status = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, status: { observedGeneration: 7 } };
  const applied = await apply(cluster, `${DEPLOYMENT}/status?fieldManager=m2`, status);
  expect([applied.status, applied.body]).toMatchObject([200, { status: { observedGeneration: 7 }, spec: { replicas: 0 } }]);
  const missing = await apply(cluster, `${DEPLOYMENT.replace('web', 'none')}/status?fieldManager=m2`, {
    ...status,
    metadata: { name: 'none' },
  });
  expect([missing.status, missing.body.message]).toEqual([404, 'deployments.apps "none" not found']);
});

test('kubectl takes over what its client-side apply left, and keeps that annotation in step', async () => {
  const cluster = await openCluster();
  const path = '/api/v1/namespaces/default/configmaps';
  const configMap = (data: object, annotations?: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', ...(annotations ? { annotations } : {}) },
    data,
  });
  const name = 'kubectl.kubernetes.io/last-applied-configuration';
  const before = configMap({ x: '1' }, { [name]: JSON.stringify(configMap({ x: '1' })) });
  await send(cluster, 'POST', `${path}?fieldManager=kubectl-client-side-apply`, before, 'application/json');
  const taken = await apply(cluster, `${path}/a?fieldManager=kubectl`, configMap({ x: '2' }));
  expect([taken.status, taken.body]).toMatchObject([
    200,
    {
      data: { x: '2' },
      metadata: { annotations: { [name]: '{"apiVersion":"v1","data":{"x":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}\n' } },
    },
  ]);
  const other = await apply(cluster, `${path}/a?fieldManager=argo`, configMap({ x: '3' }));
  expect([other.status, other.body.message]).toEqual([409, 'Apply failed with 1 conflict: conflict with "kubectl": .data.x']);
});
