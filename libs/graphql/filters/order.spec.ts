import { compileOrder } from './order.js';
import { argument, structOf, types } from './test-structs.js';

const struct = structOf('Pod');

const pod = (name: string, at: string | undefined, cpu?: string, labels?: Record<string, string>, nodeName?: string) => ({
  metadata: { name, creationTimestamp: at, labels, ...(cpu ? { finalizers: ['a/b'] } : {}) },
  spec: { nodeName, containers: [{ name: 'c', resources: cpu ? { requests: { cpu, 'nvidia.com/gpu': '1' } } : {} }] },
});
const pods = [
  pod('a', '2026-05-01T00:00:00Z', '1', { zone: 'x' }, 'w2'),
  pod('b', undefined, undefined, { zone: 'b' }, 'w1'),
  pod('c', '2026-05-01T01:00:00+02:00', '900m', undefined, 'w2'),
  pod('d', '2026-05-02T00:00:00Z', '0.2', { zone: 'a' }),
];

function orderedBy(items: readonly string[]): string {
  try {
    const order = compileOrder(
      struct,
      items.map((item) => argument(types.order(struct), item)),
    );
    return pods
      .map((object) => ({ object, keys: order.keys(object) }))
      .sort((a, b) => order.compare(a.keys, b.keys))
      .map(({ object }) => object.metadata.name)
      .join('');
  } catch (error) {
    return (error as Error).message;
  }
}

test.each<[string, string[], string]>([
  ['nothing', [], 'abcd'],
  ['a text', ['{ metadata: { name: DESC } }'], 'dcba'],
  ['times as times, absent ones last', ['{ metadata: { creationTimestamp: ASC } }'], 'cadb'],
  ['the newest first, absent ones last', ['{ metadata: { creationTimestamp: DESC } }'], 'dacb'],
  ['amounts as amounts', ['{ requests: { cpu: DESC } }'], 'acdb'],
  ['the amount of any resource', ['{ requests: { of: { resource: "nvidia.com/gpu" } } }', '{ metadata: { name: DESC } }'], 'dcab'],
  ['a label', ['{ metadata: { labels: { key: "zone" } } }'], 'dbac'],
  ['a label, from large to small', ['{ metadata: { labels: { key: "zone", direction: DESC } } }'], 'abdc'],
  ['two fields', ['{ spec: { nodeName: ASC } }', '{ requests: { cpu: ASC } }'], 'bcad'],
  ['the number of items', ['{ metadata: { finalizers: { count: ASC } } }', '{ metadata: { name: ASC } }'], 'bacd'],
  [
    'what is absent',
    ['{ spec: { affinity: { podAffinity: {} } } }'],
    'each item of orderBy names one field: write several as [{ … }, { … }]',
  ],
  [
    'two fields at once',
    ['{ metadata: { name: ASC, namespace: ASC } }'],
    'each item of orderBy names one field: write several as [{ … }, { … }]',
  ],
  ['many fields', Array.from({ length: 11 }, () => '{ metadata: { name: ASC } }'), 'orderBy has at most 10 fields'],
])('%s', (_name, items, expected) => expect(orderedBy(items)).toBe(expected));
