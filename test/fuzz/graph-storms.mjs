// Storms of one tenant against /graphql: what costs most for what it is, sent as fast as it is answered, or left open.
import { createHash } from 'node:crypto';
import { getIntrospectionQuery } from 'graphql';

const many = (count, of) => Array.from({ length: count }, (_, index) => of(index)).join(' ');
const post = (body) => ({
  method: 'POST',
  url: '/graphql',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});
const query = (text, variables) => post({ query: text, ...(variables && { variables }) });
const get = (asked) => ({
  method: 'GET',
  url: `/graphql?${new URLSearchParams(asked)}`,
  headers: { 'apollo-require-preflight': '1' },
});
const persisted = (text) => JSON.stringify({ persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') } });
const nested = (levels, open, within = 'name') => `${open.repeat(levels)}${within}${' }'.repeat(levels)}`;

/** One of a hundred kinds, each with a few hundred fields, which change with every definition. */
function definition(i) {
  const [plural, kind] = [`storm${i % 100}s`, `Storm${i % 100}`];
  const texts = (part) => Object.fromEntries(Array.from({ length: 100 }, (_, field) => [`${part}${field}of${i}`, { type: 'string' }]));
  const part = (name) => ({ type: 'object', properties: { ...texts(name), within: { type: 'object', properties: texts(`${name}In`) } } });
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: part('spec'), status: part('status') } } };
  const versions = [{ name: 'v1', served: true, storage: true, schema }];
  return {
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.storms.example.io` } },
    spec: { group: 'storms.example.io', scope: 'Namespaced', names: { plural, kind }, versions },
  };
}
const defining = 'mutation ($manifest: String!) { apply(manifest: $manifest) { operation } }';

/** Sent one after another over each of some connections. By name: number of the request → request. */
const sent = {
  deep: () => query(`{ pods { items { ${nested(2_000, 'owner { ', 'kind')} } } }`),
  within: () => query(`{ pods { items { ${nested(15, 'owner { ', 'kind')} } } }`),
  aliases: () => query(`{ ${many(10_000, (i) => `a${i}: __typename`)} }`),
  batch: () => post(Array(1_000).fill({ query: '{ __typename }' })),
  directives: () => query(`{ __typename ${'@skip(if: false) '.repeat(10_000)} }`),
  skips: () => query(`{ ${many(10_000, () => '... @skip(if: true) { __typename }')} }`),
  cycle: () => query('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
  spreads: () =>
    query(`{ ...F0 } ${many(40, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F40 on Query { __typename }`),
  pairs: () => query(`{ ${many(1_400, () => 'pods { kind: __typename }')} }`),
  introspection: (i) => query(`${getIntrospectionQuery()} #${i}`),
  deepIntrospection: (i) => query(`{ t${i}: __schema { types { ${nested(12, 'fields { type { ')}${' }'.repeat(12)} } } }`),
  rootsOfSchema: () => query(`{ ${many(400, (i) => `s${i}: __schema { types { name } }`)} }`),
  values: () => query('query ($n: [Int!]) { __typename @skip(if: false) }', { n: Array(29_000).fill(1) }),
  text: () => query('query ($n: String) { search(text: $n) { hits { kind } } }', { n: 'x'.repeat(2_900_000) }),
  persisted: (i) => {
    const text = `{ a${i}: __typename ${' '.repeat(100_000)} }`;
    return post({ query: text, extensions: JSON.parse(persisted(text)) });
  },
  unknownPersisted: (i) => get({ extensions: persisted(`{ a${i}: __typename }`) }),
  gets: (i) => get({ query: `{ a${i}: nodes { items { metadata { name } pods { metadata { name } } } } }` }),
  relations: () => query('{ nodes { items { pods { node { pods { node { pods { metadata { name } } } } } } } } }'),
};

/** Left open, so many each: over how many sockets how many subscriptions are asked for; event streams; connections whose answers nobody reads. */
const opened = {
  subscriptions: { sockets: 1, each: 10_000 },
  sockets: { sockets: 100, each: 100 },
  streams: { streams: 1_500 },
  unread: { unread: 200 },
};

/** Each other one changes what the cluster serves, whose graph those in between ask for. */
const definitions = (i) =>
  i % 2 === 0
    ? query(defining, { manifest: JSON.stringify(definition(i / 2)) })
    : query(`{ storm${(i >> 1) % 100}s { items { metadata { name } } } }`);

/** At once over so many connections: of more that begin together, the listener closes some of one address. */
sent.introspection.connections = 200;

/** Those behind `definitions` would have the kinds that it leaves. */
export const storms = { ...sent, ...opened, definitions };
export const isOpened = (name) => name in opened;
/** Answered with about 4 MB. */
export const long = () => query(`{ ${many(20, (field) => `t${field}: configMaps(limit: 200) { items { json } }`)} }`);
export const streamed = 'subscription { watch(kind: "configmap", namespace: "default") { type object { metadata { name } } } }';
