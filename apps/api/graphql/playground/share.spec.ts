import path from 'node:path';

interface Fragment {
  operation?: { query: string; variables: string | null };
  token?: { token: string; cluster?: string };
}
const { linkTo, readFragment } = (await import(path.join(import.meta.dirname, 'share.js'))) as {
  linkTo(page: string, operation: { query: string | null; variables?: string | null }): string;
  readFragment(hash: string): Fragment;
};

test('a link has operation and variables in the fragment, and nothing else of the page’s address', () => {
  const query = 'query A($a: Int) { b(c: $a, d: "é&#") { e } }';
  const link = linkTo('https://127.0.0.1:8443/graphql?cluster=abc#token=secret', { query, variables: '{"a": 1}' });
  expect(link).not.toMatch(/secret|abc/);
  const { origin, pathname, search, hash } = new URL(link);
  expect([origin + pathname, search]).toEqual(['https://127.0.0.1:8443/graphql', '']);
  expect(readFragment(hash)).toEqual({ operation: { query, variables: '{"a": 1}' }, token: undefined });
});

test.each([
  ['', {}],
  ['#token=t', { token: { token: 't' } }],
  ['#token=t&cluster=c', { token: { token: 't', cluster: 'c' } }],
  ['#query=%7Ba%7D', { operation: { query: '{a}', variables: null } }],
  ['#%', {}],
])('%s', (hash, read) => {
  expect(readFragment(hash)).toEqual(read);
});

test('blank variables are left out', () => {
  expect(linkTo('https://h/graphql', { query: '{a}', variables: ' \n' })).toBe('https://h/graphql#query=%7Ba%7D');
});
