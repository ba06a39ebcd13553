import fs from 'node:fs';
import path from 'node:path';

const load = (file: string): Promise<unknown> => import(path.join(import.meta.dirname, file));
const { yamlOfPart } = (await load('yaml-of-part.js')) as { yamlOfPart(part: unknown): string };
const { namesHint, outlineOfGraph, summaryOf } = (await load('outline.js')) as {
  outlineOfGraph(graph: { boxes: object[]; edges: object[] }): { depth: number; text: string }[];
  summaryOf(nodes: object[]): string;
  namesHint(nodes: object[]): string;
};
const { kindNamed, lookOf, pluralOf } = (await load('kinds.js')) as {
  kindNamed(name: string): string | undefined;
  lookOf(kind: string): { short: string; family: string };
  pluralOf(kind: string): string;
};

test('a part is shown as YAML', () => {
  const part = {
    metadata: { name: 'web', labels: { app: 'web', 'a b': 'true' }, gone: null },
    spec: { ports: [{ port: 80, name: 'x: y' }, 'plain'], none: [], text: 'two\nlines' },
  };
  expect(yamlOfPart(part)).toBe(
    `metadata:
  name: web
  labels:
    app: web
    a b: "true"
spec:
  ports:
  - port: 80
    name: "x: y"
  - plain
  none: []
  text: |
    two
    lines
`,
  );
  expect(yamlOfPart({})).toBe('{}\n');
  expect(yamlOfPart(Array.from({ length: 9000 }, (_, i) => i)).split('\n')).toHaveLength(402);
});

test('a picture is also a text', () => {
  const box = (id: string, kind: string, text = '') => ({ id, kind, label: id, name: id, status: { text } });
  const graph = {
    boxes: [
      box('web', 'Deployment', '1/1 ready'),
      box('web-1', 'Pod'),
      box('worker', 'Node'),
      { ...box('', 'Pod', '2 Running'), id: 'g', count: 2 },
    ],
    edges: [
      { from: 'web', to: 'web-1', fields: ['pods'] },
      { from: 'web', to: 'g', fields: ['pods'] },
      { from: 'web-1', to: 'worker', fields: ['node'] },
      { from: 'g', to: 'worker', fields: ['node'] },
      { from: 'worker', to: 'web', fields: ['round'] },
      { from: 'web', to: 'worker', fields: ['node'] },
    ].slice(0, 4),
  };
  expect(outlineOfGraph(graph).map(({ depth, text }) => `${'  '.repeat(depth)}${text}`)).toEqual([
    'Deployment web: 1/1 ready',
    '  pods: Pod web-1',
    '    node: Node worker',
    '  pods: 2 more Pods: 2 Running',
    '    node: Node worker',
  ]);
  // Circles are told once.
  const circle = { boxes: graph.boxes.slice(0, 2), edges: [graph.edges[0] ?? {}, { from: 'web-1', to: 'web', fields: ['owner'] }] };
  expect(outlineOfGraph(circle).map(({ text }) => text)).toEqual([
    'Deployment web: 1/1 ready',
    'pods: Pod web-1',
    'owner: Deployment web: 1/1 ready (see above)',
  ]);
  expect(summaryOf(graph.boxes)).toBe('4 objects: 1 Deployment, 2 Pods, 1 Node');
});

test('objects without names are told what to ask for', () => {
  const named = { kind: 'Pod', name: 'a' };
  expect(namesHint([named, { kind: 'Event' }])).toBe('');
  expect(namesHint([named, { kind: 'Node' }, { kind: 'Node' }, { kind: 'Ingress' }])).toBe(
    '. Select metadata { name } of Nodes, Ingresses to see their names, and each of them once',
  );
});

test.each([
  ['replicaSets', 'ReplicaSet'],
  ['networkpolicies', 'NetworkPolicy'],
  ['deploy', 'Deployment'],
  ['deployments.apps', 'Deployment'],
  ['ingresses', 'Ingress'],
  ['storageClasses', 'StorageClass'],
  ['endpoints', 'Endpoints'],
  ['crontabs', undefined],
])('%s names %s', (name, kind) => {
  expect(kindNamed(name)).toBe(kind);
});

test('kinds of which nothing is known have a look', () => {
  expect([lookOf('CronTab').short, lookOf('Widget').short, lookOf('').short, lookOf('constructor').short]).toEqual([
    'ct',
    'widg',
    '?',
    'cons',
  ]);
  expect([pluralOf('NetworkPolicy'), pluralOf('Gateway'), pluralOf('Ingress')]).toEqual(['NetworkPolicies', 'Gateways', 'Ingresses']);
});

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['light', 'dark'] as const)('on a %s page', (theme) => {
  const css = fs.readFileSync(path.join(import.meta.dirname, 'picture.css'), 'utf8');
  const colours = Object.fromEntries(
    [...css.matchAll(/--picture-([a-z-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
      name,
      theme === 'light' ? light : dark,
    ]),
  ) as Record<string, string>;
  const families = ['workload', 'pod', 'network', 'config', 'storage', 'access', 'cluster', 'event', 'other'];
  const of = (name: string): string => colours[name] ?? '';

  test('texts have a contrast of 4.5 at least', () => {
    const pairs = [
      ...families.flatMap((family) => [
        ['badge-ink', family],
        [family, 'canvas'],
        [family, 'frame'],
      ]),
      ...['ink', 'muted'].flatMap((ink) => [
        [ink, 'canvas'],
        [ink, 'frame'],
      ]),
    ];
    expect(pairs.filter(([a = '', b = '']) => !(contrast(of(a), of(b)) >= 4.5))).toEqual([]);
  });

  test('marks have a contrast of 3 at least', () => {
    const pairs = ['good', 'busy', 'bad', 'focus'].map((mark) => [mark, 'frame']);
    expect([...pairs, ['edge', 'canvas']].filter(([a = '', b = '']) => !(contrast(of(a), of(b)) >= 3))).toEqual([]);
  });
});
