// Inputs for the listener: upgrades and GraphQL.
import fc from 'fast-check';
import { oddTexts } from './values.mjs';

const targets = [
  '/',
  '//',
  '/graphql',
  '/graphql/',
  '/%',
  '/clusters',
  '/clusters/',
  '/clusters/x/api',
  '/platform/v1',
  'http://[',
  '*',
  '/graphql?a[]=%',
];
/** Upgrade requests outside of clusters. */
export const upgrade = fc.record({
  sort: fc.constant('upgrade'),
  path: fc.oneof(fc.constantFrom(...targets), fc.constantFrom(...oddTexts.filter((text) => /^[\x21-\x7e]+$/.test(text)))),
  protocol: fc.constantFrom('websocket', 'SPDY/3.1', 'h2c', 'x', 'websocket, x'),
  headers: fc.array(
    fc.tuple(
      fc.constantFrom(
        'sec-websocket-protocol',
        'sec-websocket-version',
        'sec-websocket-key',
        'sec-websocket-extensions',
        'content-length',
        'host',
      ),
      fc.constantFrom(
        'graphql-transport-ws',
        'v5.channel.k8s.io',
        '13',
        '0',
        '-1',
        'AAAAAAAAAAAAAAAAAAAAAA==',
        ',',
        ',,,',
        'permessage-deflate; a=b',
        '5',
      ),
    ),
    { maxLength: 3 },
  ),
});
const selections = [
  ...[
    'pods { items { metadata { name } } }',
    'nodes { items { pods { services { pods { kind } } } } }',
    'a: __schema { types { name } }',
    '__typename',
  ],
  ...[
    'cluster { id }',
    'pod(name: "a", namespace: "default") { owner { kind } events { reason } }',
    'pods(limit: -1) { items { kind } }',
    'pods(limit: $n) { items { kind } }',
  ],
  ...[
    '...F',
    '... on Query { ...F }',
    'nope',
    'pods(limit: 99999999999) { items { kind } }',
    'pods @skip(if: true) { items { kind } }',
    'pods(labels: "((") { items { kind } }',
    'pods(at: "10m") { items { node { metadata { name } } owner { kind } } }',
    'deployments(at: 1) { items { kind } }',
    'configMaps(where: { metadata: { labels: { key: "__proto__", eq: "x" } } }, orderBy: [{ data: { key: "constructor" } }], limit: 3) { items { kind } continue }',
    'pods(where: { or: [], requests: { cpu: { lt: "1e999999" } } }) { items { kind } }',
    'q: pods(where: { metadata: { creationTimestamp: { olderThan: "999999999999d" } } }, continue: "e30") { items { kind } }',
    'r: pods(orderBy: [{}, { spec: {} }]) { items { kind } }',
    'pods(where: $w) { items { kind } }',
    'events { aggregate { sum(field: "a[") groupBy(field: "metadata.labels[]") { key count avg(field: "__proto__.x") min(field: "about.metadata.name") } } }',
    'nodes { items { podsAggregate(where: { metadata: { name: { in: [] } } }) { count max(field: "requests.cpu", unit: MILLI) } } }',
    'search(text: "\\u0000", namespace: "..", kinds: ["all", "cm"]) { hits { matches { path } } refused { kind } }',
    'explain(field: "a..b.constructor.__proto__") { path fields { path fields { path } } }',
    'canI(verb: "", resource: "*/*/*", as: "\\u0000") { allowed reason }',
    'permissions(user: "system:serviceaccount::", groups: [""]) { line }',
    'l: pods(limit: 3) { items { logs(container: "\\u0000", tailLines: 5000, sinceSeconds: -1) used { cpu } } }',
    'p: pods(at: "0001-01-01T00:00:00Z") { items { kind } }',
    'q: pods(at: "99999999999999999999999999999999999999h") { items { kind } }',
  ],
];
/** A condition that is turned around so many times. */
function deepNot(levels) {
  let where = {};
  for (let level = 0; level < levels; level += 1) where = { not: where };
  return where;
}

/** Documents of every sort. */
export const graphql = fc.record({
  sort: fc.constant('graphql'),
  operation: fc.constantFrom(
    'query',
    'mutation',
    'subscription',
    'query($n: Int)',
    'query($n: Int = 1, $n: Int)',
    'query($w: PodWhere, $n: Int)',
    '{',
    'fragment X on Y',
  ),
  selections: fc.array(fc.constantFrom(...selections), { minLength: 1, maxLength: 4 }),
  times: fc.constantFrom(1, 1, 2, 60, 2000),
  tail: fc.constantFrom(
    '',
    ' fragment F on Query { pods { items { kind } } }',
    ' fragment F on Query { ...F }',
    ' fragment F on Pod { kind }',
    '}}}',
  ),
  variables: fc.constantFrom(
    undefined,
    null,
    {},
    { w: { and: Array(150_000).fill({ spec: {} }) } },
    { w: { and: Array(2_500).fill({ spec: { containers: { some: {} } } }) } },
    { w: { metadata: { name: { in: Array(15_000).fill('x'.repeat(150)) } } } },
    { w: { metadata: { annotations: Array(900).fill({ contains: 'x'.repeat(999) }) } } },
    { w: deepNot(3_000) },
    { n: 1e9 },
    { n: 'x' },
    [],
    { __proto__x: 1 },
  ),
  body: fc.constantFrom('query', 'array', 'text', 'number', 'empty'),
});

/** The request of a document. */
export function graphqlRequest({ operation, selections: chosen, times, tail, variables, body }) {
  const query = `${operation} { ${Array.from({ length: times }, () => chosen.join(' ')).join(' ')} }${tail}`;
  const bodies = { query: { query, variables }, array: [{ query, variables }], text: query, number: 1, empty: {} };
  return {
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(bodies[body])),
  };
}
