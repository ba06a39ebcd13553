import { createHash } from 'node:crypto';
import { PersistedQueries } from './persisted-queries.js';

const digest = (query: string): string => createHash('sha256').update(query).digest('hex');
const named = (query: string, more: object = {}) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: digest(query), ...more }, x: 1 },
});
const notFound = expect.objectContaining({ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } });

function thrown(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test('a query is known by its digest once it was sent, in its cluster only', () => {
  const queries = new PersistedQueries();
  const query = '{ a }';
  expect(thrown(() => queries.resolve('c', named(query)))).toEqual(notFound);
  expect(queries.resolve('c', { query, ...named(query) })).toEqual({ query, extensions: { x: 1 } });
  expect(queries.resolve('c', { ...named(query), variables: { b: 1 } })).toEqual({ query, extensions: { x: 1 }, variables: { b: 1 } });
  expect(thrown(() => queries.resolve('d', named(query)))).toEqual(notFound);
});

test('requests without a digest are left as they are', () => {
  const asked = { query: '{ a }', extensions: { x: 1 } };
  expect(new PersistedQueries().resolve('c', asked)).toBe(asked);
});

test.each([
  ['another query than the digest says', { query: '{ b }', ...named('{ a }') }, 'provided sha does not match query'],
  ['another version', named('{ a }', { version: 2 }), 'Unsupported persisted query version'],
  ['no digest', named('{ a }', { sha256Hash: 'x' }), 'extensions.persistedQuery.sha256Hash must be a SHA-256 digest in hexadecimal digits'],
])('%s is refused', (_name, asked, message) => {
  expect(thrown(() => new PersistedQueries().resolve('c', asked))).toMatchObject({ message, extensions: { code: 'BAD_REQUEST' } });
});

test('a tenant that fills its share loses its own queries, not those of others', () => {
  const queries = new PersistedQueries();
  queries.resolve('c', { query: '{ a }', ...named('{ a }') });
  for (let i = 0; i < 10; i += 1) {
    const query = `{ a${i} } #${'x'.repeat(100_000)}`;
    queries.resolve('d', { query, ...named(query) });
  }
  expect(queries.resolve('c', named('{ a }')).query).toBe('{ a }');
  const first = `{ a0 } #${'x'.repeat(100_000)}`;
  expect(thrown(() => queries.resolve('d', named(first)))).toEqual(notFound);
});
