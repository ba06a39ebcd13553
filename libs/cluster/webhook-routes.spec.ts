import { createLocalCluster } from './local.js';
import type { LocalCluster } from './one-process.js';

let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await createLocalCluster();
});
afterAll(() => cluster.close());

const labels = { app: 'hook' };

async function call(method: string, path: string, body?: object) {
  const response = await cluster.api.handle({
    method,
    path,
    query: '',
    headers: {},
    ...(body ? { body: Buffer.from(JSON.stringify(body)) } : {}),
    user: { name: 'admin', groups: ['system:masters'] },
    requestId: 'r',
  } as never);
  const { body: answer } = response as { body: string };
  return { ...(JSON.parse(answer) as { message?: string; data?: object }), status: response.status };
}

/** A Service `NAME` on port 443 for a pod of the image, which runs with the arguments. */
async function serve(name: string, args: string[], image = 'orrery/webhook:0.1', targetPort = 8443): Promise<void> {
  const selector = { ...labels, name };
  await call('POST', '/api/v1/namespaces/default/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector, ports: [{ port: 443, targetPort }] },
  });
  const spec = { containers: [{ name: 'c', image, args, ports: [{ containerPort: targetPort }] }] };
  await call('POST', '/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: selector }, spec });
  await cluster.settle();
}

async function created(service: string, more: object = {}) {
  const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
  const webhook = {
    name: 'w.test.io',
    clientConfig: { service: { namespace: 'default', name: service } },
    rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  };
  const body = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'c' },
    webhooks: [webhook],
  };
  await call('POST', path, body);
  const { status, message, data } = await call('POST', '/api/v1/namespaces/default/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `x-${service}` },
    data: { a: '1' },
  });
  await call('DELETE', `${path}/c`);
  return status === 201 ? { status, data } : { status, message };
}

const failure = (service: string, why: string) => ({
  status: 500,
  message: `Internal error occurred: failed calling webhook "w.test.io": failed to call webhook: Post "https://${service}.default.svc:443/?timeout=10s": ${why}`,
});

it.each<[string, string[], object]>([
  ['allows', [], { status: 201, data: { a: '1' } }],
  ['denies', ['--deny=not here'], { status: 400, message: 'admission webhook "w.test.io" denied the request: not here' }],
  ['patches', ['--patch=[{"op":"add","path":"/data/b","value":"2"}]'], { status: 201, data: { a: '1', b: '2' } }],
  ['late', ['--delay=20s'], failure('late', 'context deadline exceeded')],
  ['plain', ['--insecure'], failure('plain', 'http: server gave HTTP response to HTTPS client')],
])('the program of a pod behind the Service %s answers with %j', async (name, args, want) => {
  await serve(name, args);
  expect(await created(name)).toEqual(want);
});

it.each<[string, () => Promise<void>, RegExp]>([
  ['empty', () => serve('empty', [], 'no.such/image:1'), /dial tcp 10\.\d+\.\d+\.\d+:443: connect: connection refused$/],
  ['elsewhere', () => serve('elsewhere', ['--port=9999']), /dial tcp 10\.\d+\.\d+\.\d+:443: connect: connection refused$/],
])('a Service behind which nothing listens refuses: %s', async (name, make, why) => {
  await make();
  expect((await created(name)).message).toMatch(why);
});

it('a Service has no such port', async () => {
  await serve('ports', []);
  const clientConfig = { service: { namespace: 'default', name: 'ports', port: 8080 } };
  expect((await created('ports', { clientConfig })).message).toMatch(/no service port 8080 found for service "ports"$/);
});

it("components' writes are reviewed as everybody's", async () => {
  await serve('strict', ['--deny=no pods']);
  const rules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }];
  const webhook = {
    name: 'p.test.io',
    clientConfig: { service: { namespace: 'default', name: 'strict' } },
    rules,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  await call('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'pods' },
    webhooks: [webhook],
  });
  const template = { metadata: { labels: { app: 'r' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  await call('POST', '/apis/apps/v1/namespaces/default/replicasets', {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'r' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'r' } }, template },
  });
  await cluster.settle();
  const { items } = (await call('GET', '/api/v1/namespaces/default/events')) as unknown as {
    items: Array<{ reason: string; message: string }>;
  };
  const failed = items.filter(({ reason }) => reason === 'FailedCreate').map(({ message }) => message);
  expect(failed[0]).toBe('Error creating: admission webhook "p.test.io" denied the request: no pods');
  await call('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/pods');
});
