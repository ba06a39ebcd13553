import { createHmac } from 'node:crypto';
import { ConfigMap, type corev1, Secret, ServiceAccount } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';

const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const UID = 'kubernetes.io/service-account.uid';

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await createLocalCluster({ rootCA: 'PEM' });
});
afterEach(() => cluster.close());

const text = (encoded = '') => Buffer.from(encoded, 'base64').toString();

async function account(name: string) {
  return cluster.client.create(ServiceAccount, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } });
}

async function tokenSecret(name: string, of: string) {
  await cluster.client.create(Secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: { name, namespace: 'default', annotations: { 'kubernetes.io/service-account.name': of } },
  });
  await cluster.settle();
}

const secretOf = async (name: string) => cluster.client.get(Secret, name, 'default').catch(() => undefined);
const tokenOf = async (name: string) => text((await secretOf(name))?.data?.token);
const whoami = (token: string, api = cluster.api) =>
  api.authenticate({ headers: { authorization: `Bearer ${token}` } }).then(
    ({ name }) => name,
    (error: Error) => error.message,
  );

const USER = 'system:serviceaccount:default:robot';

describe('legacy tokens', () => {
  it('a Secret is filled in, and its token authenticates its account', async () => {
    const { metadata } = await account('robot');
    await tokenSecret('robot-token', 'robot');
    const secret = (await secretOf('robot-token')) as corev1.Secret;
    expect(secret.metadata.annotations?.[UID]).toBe(metadata.uid);
    expect([text(secret.data?.['ca.crt']), text(secret.data?.namespace)]).toEqual(['PEM', 'default']);
    const token = text(secret.data?.token);
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toEqual({
      iss: 'kubernetes/serviceaccount',
      'kubernetes.io/serviceaccount/namespace': 'default',
      'kubernetes.io/serviceaccount/secret.name': 'robot-token',
      'kubernetes.io/serviceaccount/service-account.name': 'robot',
      'kubernetes.io/serviceaccount/service-account.uid': metadata.uid,
      sub: USER,
    });
    expect(await cluster.api.authenticate({ headers: { authorization: `Bearer ${token}` } })).toEqual({
      name: USER,
      uid: metadata.uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    expect((await secretOf('robot-token'))?.metadata.labels).toEqual({ [LAST_USED]: '2026-01-01' });
    await cluster.advance(48 * 3_600_000);
    expect(await whoami(token)).toBe(USER);
    expect((await secretOf('robot-token'))?.metadata.labels).toEqual({ [LAST_USED]: '2026-01-03' });
  });

  it('what is taken out of a Secret is put back, and a changed token is not valid', async () => {
    await account('robot');
    await tokenSecret('robot-token', 'robot');
    const token = await tokenOf('robot-token');
    await cluster.client.patch(Secret, 'robot-token', 'default', 'merge', { data: { namespace: null, token: 'Zm9v' } });
    await cluster.settle();
    expect([text((await secretOf('robot-token'))?.data?.namespace), await tokenOf('robot-token')]).toEqual(['default', 'foo']);
    expect(await whoami(token)).toBe('Unauthorized');
    expect(await whoami('foo')).toBe('Unauthorized');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['its Secret is deleted', () => cluster.client.delete(Secret, 'robot-token', 'default')],
    ['its account is deleted', () => cluster.client.delete(ServiceAccount, 'robot', 'default')],
    [
      'it is marked as invalid',
      () =>
        cluster.client.patch(Secret, 'robot-token', 'default', 'merge', {
          metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } },
        }),
    ],
  ])('a token is not valid when %s', async (_, change) => {
    await account('robot');
    await tokenSecret('robot-token', 'robot');
    const token = await tokenOf('robot-token');
    expect(await whoami(token)).toBe(USER);
    await change();
    expect(await whoami(token)).toBe('Unauthorized');
  });

  it('another cluster refuses it, although it has the same account and Secret', async () => {
    await account('robot');
    await tokenSecret('robot-token', 'robot');
    const token = await tokenOf('robot-token');
    const other = await createLocalCluster({ rootCA: 'PEM' });
    expect(await whoami(token, other.api)).toBe('Unauthorized');
    other.close();
  });

  it('a Secret is deleted with its account, and without one', async () => {
    await account('robot');
    await tokenSecret('robot-token', 'robot');
    await tokenSecret('nobodys', 'nobody');
    expect([(await secretOf('robot-token'))?.metadata.name, await secretOf('nobodys')]).toEqual(['robot-token', undefined]);
    await cluster.client.delete(ServiceAccount, 'robot', 'default');
    await cluster.settle();
    expect(await secretOf('robot-token')).toBeUndefined();
  });

  it('the account forgets a Secret that is deleted', async () => {
    await cluster.client.create(ServiceAccount, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot', namespace: 'default' },
      secrets: [{ name: 'robot-token' }, { name: 'other' }],
    });
    await tokenSecret('robot-token', 'robot');
    await cluster.client.delete(Secret, 'robot-token', 'default');
    await cluster.settle();
    expect((await cluster.client.get(ServiceAccount, 'robot', 'default')).secrets).toEqual([{ name: 'other' }]);
  });
});

describe('bootstrap tokens', () => {
  const tokens = async (id: string, data: Record<string, string> = {}) => {
    const all = { 'token-id': id, 'token-secret': '0123456789abcdef', 'usage-bootstrap-signing': 'true', ...data };
    await cluster.client.create(Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'bootstrap.kubernetes.io/token',
      metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
      stringData: all,
    });
    await cluster.settle();
  };
  const signatures = async () => {
    const { data = {} } = await cluster.client.get(ConfigMap, 'cluster-info', 'kube-public');
    return Object.fromEntries(Object.entries(data).filter(([key]) => key !== 'kubeconfig'));
  };

  it('cluster-info is signed with each token, until it expires and is removed', async () => {
    await tokens('abcdef');
    await tokens('expire', { expiration: '2026-01-01T01:00:00Z' });
    await tokens('nosign', { 'usage-bootstrap-signing': 'false' });
    const { data } = await cluster.client.get(ConfigMap, 'cluster-info', 'kube-public');
    const encoded = (value: string) => Buffer.from(value).toString('base64url');
    const signed = (id: string) => {
      const header = encoded(`{"alg":"HS256","kid":"${id}"}`);
      const content = `${header}.${encoded(data?.kubeconfig ?? '')}`;
      return `${header}..${createHmac('sha256', '0123456789abcdef').update(content).digest('base64url')}`;
    };
    expect(await signatures()).toEqual({ 'jws-kubeconfig-abcdef': signed('abcdef'), 'jws-kubeconfig-expire': signed('expire') });
    await cluster.advance(3_600_000);
    expect(await signatures()).toEqual({ 'jws-kubeconfig-abcdef': signed('abcdef') });
    await expect(cluster.client.get(Secret, 'bootstrap-token-expire', 'kube-system')).rejects.toThrow('not found');
    await cluster.client.delete(Secret, 'bootstrap-token-abcdef', 'kube-system');
    await cluster.settle();
    expect(await signatures()).toEqual({});
  });
});
