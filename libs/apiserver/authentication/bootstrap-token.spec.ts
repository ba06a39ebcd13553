import { testCluster } from '../test-cluster.js';

const SECRETS = '/api/v1/namespaces/kube-system/secrets';
const TOKEN = 'abcdef.0123456789abcdef';

interface Written {
  type?: string;
  metadata?: Record<string, unknown>;
  stringData?: Record<string, string>;
}

const secret = ({ type = 'bootstrap.kubernetes.io/token', metadata, stringData }: Written = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type,
  metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system', ...metadata },
  data: Object.fromEntries(
    Object.entries({
      'token-id': 'abcdef',
      'token-secret': '0123456789abcdef',
      'usage-bootstrap-authentication': 'true',
      ...stringData,
    }).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
});

async function cluster(written?: Written) {
  const made = await testCluster();
  await made.call('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } } });
  if (written) expect((await made.call('POST', SECRETS, { body: secret(written) })).status).toBe(201);
  const whoami = (token: string) =>
    made.server.authenticate({ headers: { authorization: `Bearer ${token}` } }).catch((error: Error) => error.message);
  return { ...made, whoami };
}

describe('bootstrap tokens', () => {
  it.each<[string, Written, string[]]>([
    ['its user and group', {}, ['system:bootstrappers']],
    [
      'extra groups, sorted',
      { stringData: { 'auth-extra-groups': 'system:bootstrappers:z,system:bootstrappers:a:b,system:bootstrappers:z' } },
      ['system:bootstrappers', 'system:bootstrappers:a:b', 'system:bootstrappers:z'],
    ],
    ['before it expires', { stringData: { expiration: '2026-01-02T03:04:06Z' } }, ['system:bootstrappers']],
  ])('%s', async (_, written, groups) => {
    const { whoami } = await cluster(written);
    expect(await whoami(TOKEN)).toEqual({ name: 'system:bootstrap:abcdef', groups: [...groups, 'system:authenticated'] });
  });

  it.each<[string, Written | undefined, string]>([
    ['without its Secret', undefined, TOKEN],
    ['with another secret', {}, 'abcdef.0123456789abcdee'],
    ['of another form', {}, 'ABCDEF.0123456789abcdef'],
    ['of another type of Secret', { type: 'Opaque' }, TOKEN],
    ['with another id', { stringData: { 'token-id': 'abcdeg' } }, TOKEN],
    ['that has expired', { stringData: { expiration: '2026-01-02T03:04:05Z' } }, TOKEN],
    ['that expires at no time', { stringData: { expiration: 'tomorrow' } }, TOKEN],
    ['that is not for authentication', { stringData: { 'usage-bootstrap-authentication': 'false' } }, TOKEN],
    ['in a group of others', { stringData: { 'auth-extra-groups': 'system:masters' } }, TOKEN],
    ['in a group with an empty name', { stringData: { 'auth-extra-groups': 'system:bootstrappers:' } }, TOKEN],
  ])('one %s is refused', async (_, written, token) => {
    const { whoami } = await cluster(written);
    expect(await whoami(token)).toBe('Unauthorized');
  });

  it("it expires by the cluster's clock and ends with its Secret", async () => {
    const { whoami, clock, call } = await cluster({ stringData: { expiration: '2026-01-02T04:04:05Z' } });
    clock.set(Date.parse('2026-01-02T04:04:04Z'));
    expect(await whoami(TOKEN)).toMatchObject({ name: 'system:bootstrap:abcdef' });
    clock.set(Date.parse('2026-01-02T04:04:05Z'));
    expect(await whoami(TOKEN)).toBe('Unauthorized');
    clock.set(Date.parse('2026-01-02T03:04:05Z'));
    await call('DELETE', `${SECRETS}/bootstrap-token-abcdef`);
    expect(await whoami(TOKEN)).toBe('Unauthorized');
  });

  it.each<[string[], boolean]>([
    [[], true],
    [['https://kubernetes.default.svc.cluster.local', 'vault'], true],
    [['vault'], false],
  ])('in a review for the audiences %j', async (audiences, known) => {
    const { server } = await cluster({});
    const user = { name: 'system:bootstrap:abcdef', groups: ['system:bootstrappers', 'system:authenticated'] };
    const owner = { user, audiences: ['https://kubernetes.default.svc.cluster.local'] };
    expect(await server.cluster.access.authenticate?.(TOKEN, audiences)).toEqual(known ? owner : undefined);
  });
});
