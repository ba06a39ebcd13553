import { generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { type TestCluster, testCluster } from '#apiserver/test-cluster';
import { conversions, providers, strategies } from '../index.js';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const seconds = (text: string) => Date.parse(text) / 1000;

const newKey = () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return async () => privateKey;
};

interface Cluster extends TestCluster {
  token(spec?: object, account?: string): Promise<string>;
  whoami(token: string): Promise<{ status: number; user?: object }>;
  review(token: string, audiences?: string[]): Promise<object>;
  uidOf(path: string): Promise<string>;
}

async function newCluster(serviceAccountKey = newKey()): Promise<Cluster> {
  const cluster = await testCluster({ strategies, providers, conversions, serviceAccountKey });
  const { call } = cluster;
  const create = async (path: string, body: object) => {
    const { status, text } = await call('POST', path, { body });
    if (status !== 201) throw new Error(text);
  };
  await create('/api/v1/namespaces', { metadata: { name: 'default' } });
  await create(ACCOUNTS, { metadata: { name: 'default' } });
  await create(ACCOUNTS, { metadata: { name: 'other' } });
  await create('/api/v1/nodes', { metadata: { name: 'n1' } });
  await create('/api/v1/namespaces/default/secrets', { metadata: { name: 's' } });
  await create('/api/v1/namespaces/default/pods', {
    metadata: { name: 'p' },
    spec: { nodeName: 'n1', serviceAccountName: 'default', containers: [{ name: 'c', image: 'i' }] },
  });
  return {
    ...cluster,
    async token(spec = {}, account = 'default') {
      const { body, text } = await call('POST', `${ACCOUNTS}/${account}/token`, { body: { spec } });
      const { token } = (body as { status?: { token?: string } }).status ?? {};
      if (!token) throw new Error(text);
      return token;
    },
    async whoami(token) {
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const answer = await call('POST', path, { body: {}, user: null, headers: { authorization: `Bearer ${token}` } });
      // Nothing is granted here: RBAC's answer names the user.
      const user = /User "([^"]*)"/.exec((answer.body as unknown as { message: string }).message)?.[1];
      return { status: answer.status, ...(user && { user: { name: user } }) };
    },
    async review(token, audiences) {
      const { body } = await call('POST', REVIEWS, { body: { spec: { token, ...(audiences && { audiences }) } } });
      return (body as unknown as { status: object }).status;
    },
    uidOf: async (path) => (await call('GET', path)).body.metadata.uid ?? '',
  };
}

const claimsIn = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
const refused = (message: string) => ({ user: {}, error: `[invalid bearer token, ${message}]` });
const pod = { kind: 'Pod', apiVersion: 'v1', name: 'p' };

describe('serviceaccounts/token', () => {
  it('answers with a signed token and the metadata of the account', async () => {
    const cluster = await newCluster();
    const uid = await cluster.uidOf(`${ACCOUNTS}/default`);
    const { status, body } = await cluster.call('POST', `${ACCOUNTS}/default/token`, { body: { spec: {} } });
    expect(status).toBe(201);
    expect(body).toEqual({
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: 'default', namespace: 'default', uid, creationTimestamp: '2026-01-02T03:04:05Z' },
      spec: { audiences: [ISSUER], expirationSeconds: 3600, boundObjectRef: null },
      status: { token: expect.any(String), expirationTimestamp: '2026-01-02T04:04:05Z' },
    });
    const { token } = (body as unknown as { status: { token: string } }).status;
    const now = seconds('2026-01-02T03:04:05Z');
    expect(claimsIn(token)).toEqual({
      aud: [ISSUER],
      exp: now + 3600,
      iat: now,
      iss: ISSUER,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'default', uid } },
      nbf: now,
      sub: 'system:serviceaccount:default:default',
    });
  });

  it('the published keys verify it', async () => {
    const cluster = await newCluster();
    const keys = await cluster.call('GET', '/openid/v1/jwks');
    expect([keys.status, keys.headers]).toEqual([
      200,
      { 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=3600' },
    ]);
    expect(JSON.parse(keys.text)).toEqual({
      keys: [{ use: 'sig', kty: 'RSA', kid: expect.any(String), alg: 'RS256', n: expect.any(String), e: 'AQAB' }],
    });
    const keySet = createLocalJWKSet(JSON.parse(keys.text));
    const { payload } = await jwtVerify(await cluster.token(), keySet, { issuer: ISSUER, currentDate: new Date(cluster.clock.now()) });
    expect(payload.sub).toBe('system:serviceaccount:default:default');
    const configuration = await cluster.call('GET', '/.well-known/openid-configuration');
    expect(JSON.parse(configuration.text)).toEqual({
      issuer: ISSUER,
      jwks_uri: 'https://127.0.0.1:8443/clusters/c/openid/v1/jwks',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });

  it.each<[string, string, object, number, string]>([
    [
      'too short',
      'default',
      { spec: { expirationSeconds: 599 } },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [
      'too long',
      'default',
      { spec: { expirationSeconds: 2 ** 32 + 1 } },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
    ],
    ['no such account', 'none', { spec: {} }, 404, 'serviceaccounts "none" not found'],
    [
      'another name',
      'default',
      { metadata: { name: 'x' }, spec: {} },
      422,
      'TokenRequest.authentication.k8s.io "default" is invalid: metadata.name: Invalid value: "x": must match the service account name if specified',
    ],
    [
      'another uid',
      'default',
      { metadata: { uid: 'x' }, spec: {} },
      409,
      'Operation cannot be fulfilled on TokenRequest.authentication.k8s.io "default": the UID in the token request (x) does not match the UID of the service account (UID)',
    ],
    ['no such pod', 'default', { spec: { boundObjectRef: { ...pod, name: 'x' } } }, 404, 'pods "x" not found'],
    [
      'a pod of another account',
      'other',
      { spec: { boundObjectRef: pod } },
      400,
      'cannot bind token for serviceaccount "other" to pod running with different serviceaccount name.',
    ],
    [
      'a pod with another uid',
      'default',
      { spec: { boundObjectRef: { ...pod, uid: 'x' } } },
      409,
      'Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (x) does not match the UID in record. The object might have been deleted and then recreated',
    ],
    [
      'another kind',
      'default',
      { spec: { boundObjectRef: { kind: 'Deployment', apiVersion: 'apps/v1', name: 'd' } } },
      400,
      'cannot bind token to object of type apps/v1, Kind=Deployment',
    ],
  ])('refuses: %s', async (_, account, body, code, message) => {
    const cluster = await newCluster();
    const uid = await cluster.uidOf(`${ACCOUNTS}/default`);
    const answer = await cluster.call('POST', `${ACCOUNTS}/${account}/token`, { body });
    expect([answer.status, (answer.body as unknown as { message: string }).message]).toEqual([code, message.replace('UID)', `${uid})`)]);
  });

  it('names what it is bound to', async () => {
    const cluster = await newCluster();
    const [podUid, nodeUid, secretUid] = await Promise.all(
      ['/api/v1/namespaces/default/pods/p', '/api/v1/nodes/n1', '/api/v1/namespaces/default/secrets/s'].map((path) => cluster.uidOf(path)),
    );
    const bound = async (boundObjectRef: object) => {
      const { namespace: _n, serviceaccount: _s, ...claims } = claimsIn(await cluster.token({ boundObjectRef }))['kubernetes.io'];
      return claims;
    };
    expect(await bound(pod)).toEqual({ pod: { name: 'p', uid: podUid }, node: { name: 'n1', uid: nodeUid } });
    expect(await bound({ kind: 'Node', apiVersion: 'v1', name: 'n1' })).toEqual({ node: { name: 'n1', uid: nodeUid } });
    expect(await bound({ kind: 'Secret', apiVersion: 'v1', name: 's' })).toEqual({ secret: { name: 's', uid: secretUid } });
  });

  it('a pod may use its token for longer than it asked', async () => {
    const cluster = await newCluster();
    const now = cluster.clock.now() / 1000;
    const long = claimsIn(await cluster.token({ boundObjectRef: pod, expirationSeconds: 3607 }));
    expect([long.exp, long['kubernetes.io'].warnafter]).toEqual([now + 365 * 86_400, now + 3607]);
    const foreign = claimsIn(await cluster.token({ boundObjectRef: pod, expirationSeconds: 3607, audiences: ['vault'] }));
    expect([foreign.exp, foreign['kubernetes.io'].warnafter]).toEqual([now + 3607, undefined]);
  });
});

describe('a ServiceAccount token', () => {
  it('is its account, with groups and what it is bound to', async () => {
    const cluster = await newCluster();
    const token = await cluster.token({ boundObjectRef: pod });
    const [uid, podUid, nodeUid] = await Promise.all(
      [`${ACCOUNTS}/default`, '/api/v1/namespaces/default/pods/p', '/api/v1/nodes/n1'].map((path) => cluster.uidOf(path)),
    );
    const user = {
      username: 'system:serviceaccount:default:default',
      uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      extra: {
        'authentication.kubernetes.io/credential-id': [`JTI=${claimsIn(token).jti}`],
        'authentication.kubernetes.io/node-name': ['n1'],
        'authentication.kubernetes.io/node-uid': [nodeUid],
        'authentication.kubernetes.io/pod-name': ['p'],
        'authentication.kubernetes.io/pod-uid': [podUid],
      },
    };
    expect(await cluster.review(token)).toEqual({ authenticated: true, user, audiences: [ISSUER] });
    expect(await cluster.whoami(token)).toEqual({ status: 403, user: { name: 'system:serviceaccount:default:default' } });
  });

  it('of another cluster opens nothing', async () => {
    const [own, other] = [await newCluster(), await newCluster()];
    const token = await other.token();
    expect(await own.whoami(token)).toEqual({ status: 401 });
    expect(await own.review(token)).toEqual(refused('invalid signature, no keys found'));
    expect((await other.whoami(token)).status).toBe(403);
  });

  it('is valid for its audiences only', async () => {
    const cluster = await newCluster();
    const token = await cluster.token({ audiences: ['vault', 'x'] });
    expect(await cluster.whoami(token)).toEqual({ status: 401 });
    expect(await cluster.review(token)).toEqual(refused(`token audiences ["vault" "x"] is invalid for the target audiences ["${ISSUER}"]`));
    expect(await cluster.review(token, ['y', 'vault'])).toMatchObject({ authenticated: true, audiences: ['vault'] });
  });

  it('expires on the clock of the cluster', async () => {
    const cluster = await newCluster();
    const token = await cluster.token({ expirationSeconds: 600 });
    cluster.clock.set(cluster.clock.now() + 660_000);
    expect((await cluster.whoami(token)).status).toBe(403);
    cluster.clock.set(cluster.clock.now() + 1000);
    expect((await cluster.whoami(token)).status).toBe(401);
    expect(await cluster.review(token)).toEqual(refused('service account token has expired'));
  });

  it.each([
    ['the account', `${ACCOUNTS}/default`, {}, 'serviceaccounts "default" not found'],
    ['the pod', '/api/v1/namespaces/default/pods/p', { boundObjectRef: pod }, 'service account token has been invalidated'],
    [
      'the secret',
      '/api/v1/namespaces/default/secrets/s',
      { boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's' } },
      'service account token has been invalidated',
    ],
    [
      'the node',
      '/api/v1/nodes/n1',
      { boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'n1' } },
      'service account token has been invalidated',
    ],
  ])('ends with %s', async (_, path, spec, message) => {
    const cluster = await newCluster();
    const token = await cluster.token(spec);
    expect((await cluster.whoami(token)).status).toBe(403);
    expect((await cluster.call('DELETE', `${path}?gracePeriodSeconds=0`)).status).toBe(200);
    expect((await cluster.whoami(token)).status).toBe(401);
    expect(await cluster.review(token)).toEqual(refused(message));
  });

  it('is not the token of an account that was created again', async () => {
    const cluster = await newCluster();
    const token = await cluster.token();
    const before = await cluster.uidOf(`${ACCOUNTS}/default`);
    await cluster.call('DELETE', `${ACCOUNTS}/default`);
    await cluster.call('POST', ACCOUNTS, { body: { metadata: { name: 'default' } } });
    const after = await cluster.uidOf(`${ACCOUNTS}/default`);
    expect(await cluster.review(token)).toEqual(refused(`service account UID (${after}) does not match claim (${before})`));
  });

  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const crypto = 'go-jose/go-jose: error in cryptographic primitive';
  it.each<[string, (token: string) => string, object]>([
    ['other claims', (token) => token.replace(/\.[^.]*\./, `.${encoded({ ...claimsIn(token), sub: 'admin' })}.`), refused(crypto)],
    ['another signature', (token) => token.slice(0, -8) + (token.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'), refused(crypto)],
    ['no signature', (token) => `${encoded({ alg: 'none' })}.${token.split('.')[1]}.`, refused(crypto)],
    ['another algorithm', (token) => `${encoded({ alg: 'HS256' })}.${token.split('.').slice(1).join('.')}`, refused(crypto)],
    ['another issuer', (token) => token.replace(/\.[^.]*\./, `.${encoded({ iss: 'x' })}.`), { user: {}, error: 'invalid bearer token' }],
    ['half of it', (token) => token.slice(0, token.length / 2), { user: {}, error: 'invalid bearer token' }],
    ['no token', () => 'x', { user: {}, error: 'invalid bearer token' }],
    ['a long text', () => 'a.'.repeat(500_000), { user: {}, error: 'invalid bearer token' }],
  ])('is refused with %s', async (_, tampered, status) => {
    const cluster = await newCluster();
    const token = tampered(await cluster.token());
    expect(await cluster.review(token)).toEqual(status);
    expect((await cluster.whoami(token)).status).toBe(401);
  });
});

test('the id of an issued token is an annotation of the audit event', async () => {
  const { token, events } = await newCluster();
  const issued = await token();
  const { jti } = JSON.parse(Buffer.from(issued.split('.')[1] ?? '', 'base64url').toString());
  expect(events.at(-1)?.annotations?.get('authentication.kubernetes.io/issued-credential-id')).toBe(`JTI=${jti}`);
});
