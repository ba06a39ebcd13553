import { type Authority, type Issued, issueCertificate, newAuthority } from '#pki';
import { createLocalCluster } from './local.js';
import type { LocalCluster } from './one-process.js';

let cluster: LocalCluster;
let ca: Authority;
let sameName: Authority;
let other: Authority;

const BORN = Date.parse('2025-01-01T00:00:00Z');
const authority = (commonName: string) => newAuthority({ commonName, notBefore: BORN, notAfter: Date.parse('2035-01-01T00:00:00Z') });
const issue = (names: string[], notAfter = Date.parse('2027-01-01T00:00:00Z')) =>
  issueCertificate(ca, { commonName: 'hook', notBefore: BORN, notAfter, usage: 'serverAuth', names });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

beforeAll(async () => {
  cluster = await createLocalCluster();
  [ca, sameName, other] = await Promise.all([authority('hooks'), authority('hooks'), authority('others')]);
}, 60_000);
afterAll(() => cluster.close());

const labels = { app: 'hook' };

async function call(method: string, path: string, body?: object) {
  const response = await cluster.api.handle({
    method,
    path,
    query: '',
    headers: method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {},
    ...(body ? { body: Buffer.from(JSON.stringify(body)) } : {}),
    user: { name: 'admin', groups: ['system:masters'] },
    requestId: 'r',
  } as never);
  const { body: answer } = response as { body: string };
  return { ...(JSON.parse(answer) as { message?: string; data?: object }), status: response.status };
}

/** The paths at which a container finds its certificate if it looks where controller-runtime does. */
const MOUNTED = { mountPath: '/tmp/k8s-webhook-server/serving-certs' };
const IMAGE = 'orrery/webhook:0.1';

interface Serving {
  image?: string;
  /** What the Secret has; undefined: a valid certificate for the Service; null: no Secret is mounted. */
  tls?: Issued | null;
  mount?: { mountPath: string; subPath?: string };
}

/** A Service `NAME` on port 443 for a pod of the image, which runs with the arguments and mounts a certificate. */
async function serve(name: string, args: string[], { image = IMAGE, tls, mount = MOUNTED }: Serving = {}): Promise<void> {
  const targetPort = 8443;
  const issued = tls === undefined ? await issue([`${name}.default.svc`]) : tls;
  if (issued) {
    const data = { 'tls.crt': base64(issued.certificate), 'tls.key': base64(issued.key) };
    const secret = { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name }, data };
    await call('POST', '/api/v1/namespaces/default/secrets', secret);
  }
  const selector = { ...labels, name };
  await call('POST', '/api/v1/namespaces/default/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector, ports: [{ port: 443, targetPort }] },
  });
  const volumeMounts = issued ? [{ name: 'tls', ...mount }] : [];
  const volumes = issued ? [{ name: 'tls', secret: { secretName: name } }] : [];
  const spec = { volumes, containers: [{ name: 'c', image, args, volumeMounts, ports: [{ containerPort: targetPort }] }] };
  await call('POST', '/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: selector }, spec });
  await cluster.settle();
}

async function created(service: string, more: object = {}) {
  const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
  const webhook = {
    name: 'w.test.io',
    clientConfig: { service: { namespace: 'default', name: service }, caBundle: base64(ca.certificate) },
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
  const configured = await call('POST', path, body);
  if (configured.status !== 201) return { status: configured.status, message: configured.message };
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
  ['empty', () => serve('empty', [], { image: 'no.such/image:1' }), /dial tcp 10\.\d+\.\d+\.\d+:443: connect: connection refused$/],
  ['elsewhere', () => serve('elsewhere', ['--port=9999']), /dial tcp 10\.\d+\.\d+\.\d+:443: connect: connection refused$/],
])('a Service behind which nothing listens refuses: %s', async (name, make, why) => {
  await make();
  expect((await created(name)).message).toMatch(why);
});

const untrusted = (why: string) => `tls: failed to verify certificate: x509: ${why}`;

describe("the program's certificate", () => {
  const bundled = (service: string, caBundle?: string) => ({
    clientConfig: { service: { namespace: 'default', name: service }, caBundle },
  });

  beforeAll(() => serve('bundle', []), 60_000);

  it.each<[string, () => string | undefined, object]>([
    ['is trusted', () => ca.certificate, { status: 201, data: { a: '1' } }],
    ['is trusted with one of several CAs', () => other.certificate + ca.certificate, { status: 201, data: { a: '1' } }],
    ['is not trusted without a bundle', () => undefined, failure('bundle', untrusted('certificate signed by unknown authority'))],
    ['is of another CA', () => other.certificate, failure('bundle', untrusted('certificate signed by unknown authority'))],
    [
      'is of a CA that was replaced',
      () => sameName.certificate,
      failure(
        'bundle',
        untrusted(
          'certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "hooks")',
        ),
      ),
    ],
    [
      'cannot be verified with a bundle that is none',
      () => 'CA',
      {
        status: 500,
        message:
          'Internal error occurred: failed calling webhook "w.test.io": could not get REST client: unable to load root certificates: unable to parse bytes as PEM block',
      },
    ],
  ])('%s', async (_, bundle, want) => {
    const pem = bundle();
    expect(await created('bundle', bundled('bundle', pem && base64(pem)))).toEqual(want);
    await call('DELETE', '/api/v1/namespaces/default/configmaps/x-bundle');
  });

  it.each<[string, () => Promise<Serving>, string[], object]>([
    [
      'other-name',
      async () => ({ tls: await issue(['hook', 'hook.default.svc.cluster.local']) }),
      [],
      failure('other-name', untrusted('certificate is valid for hook, hook.default.svc.cluster.local, not other-name.default.svc')),
    ],
    ['none', async () => ({ tls: null }), [], failure('none', untrusted('certificate signed by unknown authority'))],
    [
      'by-flags',
      async () => ({ mount: { mountPath: '/certs' } }),
      ['--tls-cert-file=/certs/tls.crt', '--tls-private-key-file', '/certs/tls.key'],
      { status: 201, data: { a: '1' } },
    ],
  ])('is the one that is mounted: %s', async (name, serving, args, want) => {
    await serve(name, args, await serving());
    expect(await created(name)).toEqual(want);
  });

  it.each<[string, Serving & { args?: string[] }]>([
    ['missing-file', { args: ['--tls-cert-file=/nowhere/tls.crt', '--tls-private-key-file=/nowhere/tls.key'] }],
    ['wrong-key', { tls: { certificate: 'x', key: 'y' } }],
  ])('cannot be loaded: nothing listens: %s', async (name, { args = [], ...serving }) => {
    await serve(name, args, serving);
    expect((await created(name)).message).toMatch(/dial tcp 10\.\d+\.\d+\.\d+:443: connect: connection refused$/);
  });

  it('follows its Secret, and expires by the clock of the cluster', async () => {
    await serve('renewed', [], { tls: await issue(['elsewhere.default.svc']) });
    const renewed = await issue(['renewed.default.svc'], Date.parse('2026-01-02T00:00:00Z'));
    const data = { 'tls.crt': base64(renewed.certificate), 'tls.key': base64(renewed.key) };
    const path = '/api/v1/namespaces/default/secrets/renewed';
    await call('PUT', path, { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name: 'renewed' }, data });
    expect(await created('renewed')).toEqual({ status: 201, data: { a: '1' } });
    await call('DELETE', '/api/v1/namespaces/default/configmaps/x-renewed');
    await cluster.advance(2 * 24 * 3600 * 1000);
    expect((await created('renewed')).message).toMatch(
      /x509: certificate has expired or is not yet valid: current time 2026-01-0\d{1}T[0-9:]{8}Z is after 2026-01-02T00:00:00Z$/,
    );
  });
});

it('conversion webhooks are verified alike', async () => {
  await serve('conversion', []);
  const definition = (caBundle: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gears.example.com' },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'gears', kind: 'Gear' } },
      versions: ['v1', 'v2'].map((name) => ({
        name,
        served: true,
        storage: name === 'v1',
        schema: { openAPIV3Schema: { type: 'object' } },
      })),
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1'],
          clientConfig: { service: { namespace: 'default', name: 'conversion' }, caBundle: base64(caBundle) },
        },
      },
    },
  });
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  expect((await call('POST', definitions, definition(other.certificate))).status).toBe(201);
  await cluster.settle();
  const gear = { apiVersion: 'example.com/v1', kind: 'Gear', metadata: { name: 'g' } };
  expect((await call('POST', '/apis/example.com/v1/namespaces/default/gears', gear)).status).toBe(201);
  const read = () => call('GET', '/apis/example.com/v2/namespaces/default/gears/g');
  const why = untrusted('certificate signed by unknown authority');
  expect((await read()).message).toBe(
    `conversion webhook for example.com/v1, Kind=Gear failed: Post "https://conversion.default.svc:443/?timeout=30s": ${why}`,
  );
  const { spec } = definition(ca.certificate);
  const patched = { spec: { conversion: spec.conversion } };
  expect((await call('PATCH', `${definitions}/gears.example.com`, patched)).status).toBe(200);
  expect((await read()).status).toBe(200);
});

it('a Service has no such port', async () => {
  await serve('ports', []);
  const clientConfig = { service: { namespace: 'default', name: 'ports', port: 8080 }, caBundle: base64(ca.certificate) };
  expect((await created('ports', { clientConfig })).message).toMatch(/no service port 8080 found for service "ports"$/);
});

it("components' writes are reviewed as everybody's", async () => {
  await serve('strict', ['--deny=no pods']);
  const rules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }];
  const webhook = {
    name: 'p.test.io',
    clientConfig: { service: { namespace: 'default', name: 'strict' }, caBundle: base64(ca.certificate) },
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
