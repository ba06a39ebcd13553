import path from 'node:path';

interface Entry {
  context: string;
  cluster?: string;
  token?: string;
  trouble?: string;
  certificate?: boolean;
}
const { contextsOf, isToken } = (await import(path.join(import.meta.dirname, 'kubeconfig.js'))) as {
  contextsOf(config: unknown, origin: URL): Entry[];
  isToken(text: string): boolean;
};

const here = new URL('https://127.0.0.1:8443/graphql');
const config = (user: unknown, server: unknown = 'https://127.0.0.1:8443/clusters/abc') => ({
  contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
  clusters: [{ name: 'k', cluster: { server } }],
  users: [{ name: 'u', user }],
  'current-context': 'c',
});

test('a token is found with the id of its cluster', () => {
  expect(contextsOf(config({ token: 't' }), here)).toEqual([{ context: 'c', cluster: 'abc', token: 't' }]);
});

test('it is the same server by another name of this machine, and over plain http', () => {
  for (const server of ['https://localhost:8443/clusters/abc', 'https://[::1]:9000/clusters/abc/']) {
    expect(contextsOf(config({ token: 't' }, server), here)[0]).toMatchObject({ cluster: 'abc', token: 't' });
  }
});

test.each([
  [config(undefined), 'its user is missing'],
  [config({}), 'its user has no credentials'],
  [config({ tokenFile: '/var/t' }), 'its token is in the file /var/t'],
  [config({ 'client-certificate-data': 'x' }), 'it signs in with a client certificate'],
  [config({ exec: { command: 'aws' } }), 'its credentials come from the command aws'],
  [config({ 'auth-provider': { name: 'gcp' } }), 'its auth-provider is not supported'],
  [config({ username: 'a', password: 'b' }), 'it signs in with a password'],
  [config({ token: 't' }, null), 'it names no server'],
  [config({ token: 't' }, 7), 'it names no server'],
  [config({ token: 't' }, 'nonsense'), 'its server, nonsense, is not a URL'],
  [config({ token: 't' }, 'https://127.0.0.1:8443/'), 'the path is not /clusters/ID'],
  [
    config({ token: 't' }, 'https://k8s.example:6443/clusters/abc'),
    'its server is https://k8s.example:6443: open https://k8s.example:6443/graphql',
  ],
])('what cannot work is said (%#)', (given, trouble) => {
  expect(contextsOf(given, here)[0]?.trouble).toContain(trouble);
});

test('a client certificate may be in the browser', () => {
  expect(contextsOf(config({ 'client-certificate-data': 'x' }), here)[0]).toMatchObject({ certificate: true, cluster: 'abc' });
});

test('the current context is the first', () => {
  const two = config({ token: 't' });
  two.contexts.unshift({ name: 'other', context: { cluster: 'k', user: 'nobody' } });
  expect(contextsOf(two, here).map(({ context, trouble }) => [context, trouble])).toEqual([
    ['c', undefined],
    ['other', 'its user is missing'],
  ]);
});

test.each([[null], ['text'], [7], [{}], [{ contexts: 1 }], [{ contexts: [] }]])('%j is no kubeconfig', (given) => {
  expect(() => contextsOf(given, here)).toThrow(/kubeconfig/);
});

test.each([
  ['hShtzeLsV6k1Z3-dikoLbP6V28_EoPkl8ef8C3aP7S4', true],
  ['eyJhbGciOi.eyJh.c2ln', true],
  ['apiVersion: v1', false],
  ['a b', false],
  ['', false],
])('%s is a token: %s', (text, token) => {
  expect(isToken(text)).toBe(token);
});
