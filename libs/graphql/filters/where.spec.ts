import { limits } from '../limits.js';
import { always } from '../shapes/shape.js';
import type { Given } from './operators.js';
import { argument, structOf, types } from './test-structs.js';
import { compileWhere } from './where.js';

const now = Date.parse('2026-05-02T00:00:00Z');

function holds(kind: string, where: string, object: object): boolean | string {
  const struct = structOf(kind);
  const given = argument(types.where(struct), where);
  try {
    return compileWhere(struct, given, now)(object);
  } catch (error) {
    return (error as Error).message;
  }
}

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-1',
    namespace: 'shop',
    creationTimestamp: '2026-05-01T23:00:00Z',
    labels: { app: 'web', 'example.com/tier': 'Front' },
    finalizers: ['a/b', 'c/d'],
  },
  spec: {
    nodeName: 'worker-1',
    priority: 7,
    containers: [
      {
        name: 'a',
        image: 'nginx:1.27',
        resources: { requests: { cpu: '500m', memory: '1Gi', 'nvidia.com/gpu': '2' } },
        livenessProbe: { httpGet: { port: 80 } },
      },
      { name: 'b', image: 'busybox', resources: {}, livenessProbe: { httpGet: { port: 'web' } } },
    ],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] },
};

test.each<[string, string, boolean | string]>([
  ['nothing is asked', '{}', true],
  ['a text', '{ metadata: { name: { eq: "web-1" } } }', true],
  ['another text', '{ metadata: { name: { eq: "web-2" } } }', false],
  [
    'all operators of a text',
    '{ metadata: { name: { ne: "a", gt: "web", lt: "x", contains: "b-", startsWith: "web", endsWith: "-1" } } }',
    true,
  ],
  ['no part of a text', '{ metadata: { name: { contains: "db" } } }', false],
  ['upper and lower case', '{ metadata: { name: { eq: "WEB-1" } } }', false],
  ['not that case', '{ metadata: { name: { eq: "WEB-1", startsWith: "W", in: ["Web-1"], ignoreCase: true } } }', true],
  ['one of several', '{ metadata: { name: { in: ["z", "web-1", "a"] } } }', true],
  ['none of several', '{ metadata: { name: { notIn: ["z", "a"] } } }', true],
  ['a single value as a list', '{ metadata: { name: { in: "web-1" } } }', true],
  ['a number', '{ spec: { priority: { gte: 7, lt: 7.5 } } }', true],
  ['what is absent equals nothing', '{ status: { podIP: { eq: "" } } }', false],
  ['and is unequal to everything', '{ status: { podIP: { ne: "10.0.0.1", notIn: ["10.0.0.2"] } } }', true],
  ['and is neither less nor more', '{ or: [{ status: { podIP: { lt: "z" } } }, { status: { podIP: { gte: "" } } }] }', false],
  ['absent', '{ status: { podIP: { isNull: true } }, metadata: { name: { isNull: false } } }', true],
  ['an absent object', '{ spec: { affinity: { isNull: true } }, metadata: { isNull: false } }', true],
  ['fields of an absent object', '{ spec: { affinity: { nodeAffinity: { isNull: true } } } }', true],
  ['a null means nothing', '{ metadata: { name: { eq: null }, namespace: null } }', true],
  ['an enum', '{ status: { phase: { in: [Running, Pending] } } }', true],
  ['another value of an enum', '{ status: { phase: { ne: Running } } }', false],
  ['a boolean that is not written is false', '{ spec: { hostNetwork: { eq: false } } }', true],
  ['but a pointer is not set', '{ spec: { automountServiceAccountToken: { eq: false } } }', false],
  ['a label', '{ metadata: { labels: { key: "app", eq: "web" } } }', true],
  ['two labels', '{ metadata: { labels: [{ key: "app", ne: "db" }, { key: "example.com/tier", eq: "front", ignoreCase: true }] } }', true],
  ['a label that is not there', '{ metadata: { labels: { key: "zone", isNull: true } } }', true],
  ['any label', '{ metadata: { labels: { startsWith: "we" } } }', true],
  ['no labels', '{ metadata: { labels: { isNull: true } } }', false],
  ['no annotations', '{ metadata: { annotations: { isNull: true } } }', true],
  ['some item', '{ spec: { containers: { some: { image: { startsWith: "nginx" } } } } }', true],
  ['every item', '{ spec: { containers: { every: { image: { startsWith: "nginx" } } } } }', false],
  ['no item', '{ spec: { containers: { none: { image: { eq: "redis" } } } } }', true],
  ['the number of items', '{ spec: { containers: { count: { eq: 2 } }, volumes: { count: { eq: 0 }, isNull: true } } }', true],
  ['every item of nothing', '{ spec: { volumes: { every: { name: { eq: "x" } } } } }', true],
  ['texts in a list', '{ metadata: { finalizers: { some: { eq: "c/d" }, none: { startsWith: "x" } } } }', true],
  ['two conditions on one item', '{ status: { conditions: { some: { type: { eq: "Ready" }, status: { ne: True } } } } }', true],
  [
    'amounts, not texts',
    '{ spec: { containers: { some: { resources: { requests: { cpu: { lt: "1", gt: "0.4", eq: "0.5" } } } } } } }',
    true,
  ],
  ['binary amounts', '{ spec: { containers: { some: { resources: { requests: { memory: { gt: "1G", in: ["1024Mi"] } } } } } } }', true],
  [
    'any resource',
    '{ spec: { containers: { some: { resources: { requests: { of: { resource: "nvidia.com/gpu", gte: "2" } } } } } } }',
    true,
  ],
  ['what a pod requests', '{ requests: { cpu: { eq: "500m" } }, limits: { cpu: { isNull: true } } }', true],
  [
    'a number or a text: the number',
    '{ spec: { containers: { some: { livenessProbe: { httpGet: { port: { number: { lt: 100 } } } } } } } }',
    true,
  ],
  [
    'a number or a text: the text',
    '{ spec: { containers: { some: { livenessProbe: { httpGet: { port: { text: { contains: "w" } } } } } } } }',
    true,
  ],
  ['a number is not its text', '{ spec: { containers: { some: { livenessProbe: { httpGet: { port: { eq: "80" } } } } } } }', false],
  ['a time', '{ metadata: { creationTimestamp: { before: "2026-05-02T00:00:00Z", after: "2026-05-01T00:00:00+02:00" } } }', true],
  ['the same time in another zone', '{ metadata: { creationTimestamp: { eq: "2026-05-02T01:00:00+02:00" } } }', true],
  ['an age', '{ metadata: { creationTimestamp: { olderThan: "59m", youngerThan: "1d" } } }', true],
  ['another age', '{ metadata: { creationTimestamp: { olderThan: "1h" } } }', false],
  ['an absent time', '{ metadata: { deletionTimestamp: { isNull: true, ne: "2026-05-02T00:00:00Z" } } }', true],
  ['not', '{ not: { metadata: { name: { eq: "web-1" } } } }', false],
  ['or', '{ or: [{ status: { phase: { eq: Failed } } }, { metadata: { name: { eq: "web-1" } } }] }', true],
  ['or of nothing', '{ or: [] }', false],
  ['and', '{ and: [{ status: { phase: { eq: Running } } }, { metadata: { name: { eq: "x" } } }] }', false],
  ['inside of an object', '{ metadata: { or: [{ name: { eq: "x" } }, { namespace: { eq: "shop" } }] } }', true],
  ['no duration', '{ metadata: { creationTimestamp: { olderThan: "long" } } }', '"long" is no duration: write 90s, 1h30m, 7d'],
  ['no amount', '{ requests: { cpu: { lt: "much" } } }', '"much" is no amount: write 500m, 2Gi, 1.5'],
  ['no time', '{ metadata: { creationTimestamp: { before: "noon" } } }', '"noon" is no time: write 2026-05-01T12:00:00Z'],
  ['a long text', `{ metadata: { name: { eq: "${'x'.repeat(1_001)}" } } }`, 'texts of filters have at most 1000 characters'],
  [
    'many values',
    `{ metadata: { name: { in: [${'"x",'.repeat(limits.filterParts)}] } } }`,
    'a filter has at most 2000 conditions and values',
  ],
  [
    'many conditions',
    `{ and: [${'{ metadata: { name: { eq: "x" } } }'.repeat(limits.filterParts)}] }`,
    'a filter has at most 2000 conditions and values',
  ],
  ['deep', `${'{ not: '.repeat(50)}{}${'}'.repeat(50)}`, 'where is nested deeper than 40 levels'],
])('%s', (_name, where, expected) => expect(holds('Pod', where, pod)).toBe(expected));

test.each<[string, string, boolean | string]>([
  ['a value in JSON', '{ data: { path: "size", gt: 2 } }', true],
  ['in a list', '{ data: { path: "rules.host", eq: "b" } }', true],
  ['a key with dots', '{ data: { path: "labels[example.com/a]", contains: "y" } }', true],
  ['absent', '{ data: [{ path: "none", isNull: true, ne: 1 }, { path: "rules", isNull: false }] }', true],
  ['texts are not numbers', '{ data: { path: "rules.host", gt: 1 } }', false],
  ['a boolean', '{ data: { path: "on", eq: true } }', true],
  ['no path', '{ data: { path: "a..b", eq: 1 } }', '"a..b" is no path: write spec.nodeName, metadata.labels[app]'],
  ['an object', '{ data: { path: "size", eq: { a: 1 } } }', '{"a":1} is no number, text or boolean'],
])('JSON: %s', (_name, where, expected) =>
  expect(
    holds('ControllerRevision', where, {
      metadata: { name: 'a' },
      data: { size: 3, on: true, rules: [{ host: 'a' }, { host: 'b' }], labels: { 'example.com/a': 'xyz' } },
    }),
  ).toBe(expected),
);

test('a number that is not written is 0', () => {
  expect(holds('Deployment', '{ status: { readyReplicas: { lt: 1 } } }', { status: {} })).toBe(true);
  expect(holds('Deployment', '{ spec: { replicas: { lt: 1 } } }', { spec: {} })).toBe(false);
});

test('one object takes a bounded number of steps', () => {
  const finalizers = Array.from({ length: 1_000 }, (_, index) => `a/${index}`);
  const object = { metadata: { ...pod.metadata, finalizers } };
  const conditions = (count: number) => `{ metadata: { finalizers: { every: { ${'X'} } } } }`.replace('X', `in: [${'"q",'.repeat(count)}]`);
  expect(holds('Pod', conditions(100), object)).toBe(false);
  const many = `{ and: [${'{ metadata: { finalizers: { none: { eq: "q" } } } }'.repeat(200)}] }`;
  expect(holds('Pod', many, object)).toBe(
    'where takes more than 100000 steps on one object: use fewer conditions, or conditions on smaller fields',
  );
  const text = { metadata: { annotations: { long: 'a'.repeat(1_000_000) } } };
  expect(holds('Pod', '{ metadata: { annotations: [{ contains: "b" }, { contains: "c" }] } }', text)).toBe(false);
  expect(holds('Pod', `{ or: [${'{ metadata: { annotations: { contains: "b" } } }'.repeat(3)}] }`, text)).toMatch(/^where takes more/);
});

test('what is made of a map for each condition is counted', () => {
  const value = { name: 'Part', open: true, fields: [always('size', { of: 'int32' }, '')] } as const;
  const fields = [always('parts', { of: 'structsByKey', struct: value }, ''), always('words', { of: 'texts' }, '')];
  const entries = (each: unknown) => Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, each]));
  const object = { parts: entries({}), words: entries('w') };
  const asked = (where: Given) => {
    try {
      return compileWhere({ name: 'Whole', open: true, fields }, where, 0)(object);
    } catch (error) {
      return (error as Error).message;
    }
  };
  const often = (condition: Given) => ({ and: Array.from({ length: 100 }, () => condition) });
  for (const condition of [{ parts: { count: { gt: 0 } } }, { words: [{ isNull: false }] }]) {
    expect(asked(condition)).toBe(true);
    expect(asked(often(condition))).toMatch(/^where takes more than 100000 steps/);
  }
});
