import { builtInKinds } from '../kinds.js';
import type { Struct } from '../shapes/shape.js';
import { type Asked, askedFields } from './asked.js';
import { fieldPath } from './field-path.js';
import { structOf } from './test-structs.js';

const target = structOf('Node');
const subject = {
  struct: structOf('Pod'),
  relation: (name: string) =>
    name === 'node' ? { target, resolve: async () => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' } }) } : undefined,
};
const context = { of: () => context } as never;

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', labels: { app: 'web', 'example.com/a': 'b' } },
  spec: {
    containers: [
      { name: 'a', image: 'nginx', resources: { requests: { cpu: '1', 'ephemeral-storage': '1Gi' } }, args: ['x', 'y'] },
      { name: 'b', image: 'redis' },
    ],
  },
};

const values = (path: string): readonly unknown[] | string => {
  try {
    return fieldPath(subject, path).values(pod, context) as readonly unknown[];
  } catch (error) {
    return (error as Error).message;
  }
};

test.each<[string, readonly unknown[] | string]>([
  ['metadata.name', ['a']],
  ['metadata.labels[app]', ['web']],
  ['metadata.labels["example.com/a"]', ['b']],
  ['metadata.labels.app', ['web']],
  ['metadata.labels[none]', []],
  ['spec.containers.image', ['nginx', 'redis']],
  ['spec.containers.args', ['x', 'y']],
  ['spec.containers.resources.requests.ephemeralStorage', ['1Gi']],
  ['requests.cpu', ['1']],
  ['spec.nodeName', []],
  [
    'spec.affinity.nodeAffinity',
    'spec.affinity.nodeAffinity: it names no single value: below it are requiredDuringSchedulingIgnoredDuringExecution, preferredDuringSchedulingIgnoredDuringExecution',
  ],
  ['', '"": it names no single value: write spec.nodeName, metadata.labels[app], requests.cpu'],
  ['metadata.nam', 'metadata.nam: ObjectMeta has no field "nam". Did you mean "name"?'],
  ['metadata.name.x', 'metadata.name.x: there is nothing below "x"'],
  ['events.reason', 'events.reason: Pod has no field "events". It has requests, limits, kind, apiVersion, metadata, spec, status.'],
  ['decision.node', 'decision.node: Pod has no field "decision". It has requests, limits, kind, apiVersion, metadata, spec, status.'],
  ['constructor', 'constructor: Pod has no field "constructor". It has requests, limits, kind, apiVersion, metadata, spec, status.'],
  ['a'.repeat(1_001), 'paths have at most 1000 characters'],
  [Array.from({ length: 41 }, () => 'a').join('.'), 'paths have at most 40 steps'],
])('%.60s', (path, expected) => expect(values(path)).toEqual(expected));

test('along a relation', async () => {
  expect(await fieldPath(subject, 'node.metadata.name').values(pod, context)).toEqual(['worker-1']);
  expect(() => fieldPath(subject, 'node')).toThrow('node: it names no single value');
  expect(() => fieldPath(subject, 'node.node.metadata.name')).toThrow(
    'node.node.metadata.name: Node has no field "node". It has kind, apiVersion, metadata, spec, status.',
  );
});

test('every field of every built-in kind can be asked about', () => {
  const seen = new Set<Struct>();
  const see = (struct: Struct): void => {
    if (seen.has(struct)) return;
    seen.add(struct);
    const fields = askedFields(struct);
    expect([...fields.keys()]).toEqual(expect.arrayContaining(struct.fields.map(({ name }) => name)));
    const below = (asked: Asked): void => {
      if (asked.of === 'object') see(asked.struct);
      else if (asked.of === 'list') below(asked.items);
    };
    for (const { asked } of fields.values()) below(asked);
  };
  for (const { typeName, source } of builtInKinds.all) if ('definition' in source) see(structOf(typeName));
  expect(seen.size).toBeGreaterThan(400);
});
