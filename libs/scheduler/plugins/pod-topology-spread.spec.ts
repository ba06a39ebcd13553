import { type corev1, Node, Pod } from '#api';
import type { KubeObject } from '#apimachinery';
import type { PluginArgs } from '../config/plugin-args.js';
import { node, pod, world } from '../test-objects.js';
import { alone, changed, removed } from '../test-plugin.js';

type Spread = corev1.TopologySpreadConstraint;
const NAME = 'PodTopologySpread';
const NO = "not now: node(s) didn't match pod topology spread constraints";
const NO_LABEL = "never: node(s) didn't match pod topology spread constraints (missing required label)";
const HOST = 'kubernetes.io/hostname';
const foo = { foo: '' };
const HARD: Partial<Spread> = { whenUnsatisfiable: 'DoNotSchedule' };

const spread = (topologyKey: string, more: Partial<Spread> = {}): Spread => ({
  maxSkew: 1,
  topologyKey,
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels: foo },
  ...more,
});
const wanting = (
  topologySpreadConstraints: Spread[],
  more: Partial<corev1.PodSpec> = {},
  labels: Record<string, string> = foo,
): corev1.Pod => pod('p', { topologySpreadConstraints, ...more }, labels);

/** Pods `node: how many`, with these labels. */
const placed = (counts: Record<string, number>, labels: Record<string, string> = foo): corev1.Pod[] =>
  Object.entries(counts).flatMap(([nodeName, count]) =>
    Array.from({ length: count }, (_, index) => pod(`${nodeName}-${index}-${Object.keys(labels).join('')}`, { nodeName }, labels)),
  );
const terminating = (one: corev1.Pod): corev1.Pod => ({ ...one, metadata: { ...one.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
const elsewhere = (one: corev1.Pod): corev1.Pod => ({ ...one, metadata: { ...one.metadata, namespace: 'other' } });

const bare = (name: string, labels: Record<string, string> = {}): corev1.Node => {
  const made = node(name);
  return { ...made, metadata: { name, labels } };
};
/** Two zones of two nodes each: a and b in zone1, x and y in zone2. */
const zoneOf: Record<string, string> = { a: 'zone1', b: 'zone1', x: 'zone2', y: 'zone2' };
const zoned = (name: string): corev1.Node => node(name, { labels: { zone: zoneOf[name] ?? '' } });
const four = ['a', 'b', 'x', 'y'].map(zoned);
const at = (names: string): corev1.Node[] => names.split('').map((name) => node(name, { labels: { node: name } }));
const all = (verdict: string, names = 'abxy') => Object.fromEntries(names.split('').map((name) => [name, verdict]));

describe('hard constraints', () => {
  const inZone = spread('zone', HARD);
  const onHost = spread(HOST, HARD);
  const tainted = (name: string): corev1.Node => node(name, { labels: { node: name }, taints: [{ key: 'k', effect: 'NoSchedule' }] });
  const needs = { nodeSelector: { foo: '' } };
  const labelled = (names: string): corev1.Node[] => names.split('').map((name) => node(name, { labels: { node: name, foo: '' } }));

  test.each<[string, corev1.Pod, corev1.Node[], corev1.Pod[], Record<string, string>]>([
    ['no pods', wanting([inZone]), four, [], all('fits')],
    ['no pods, and the pod does not match itself', wanting([inZone], {}, {}), four, [], all('fits')],
    ['the emptier zone', wanting([inZone]), four, placed({ a: 1, b: 1, y: 1 }), { a: NO, b: NO, x: 'fits', y: 'fits' }],
    ['a pod that does not count itself', wanting([inZone], {}, {}), four, placed({ a: 1, b: 1, y: 1 }), all('fits')],
    ['a larger skew', wanting([{ ...inZone, maxSkew: 2 }]), four, placed({ a: 1, b: 1 }), { a: NO, b: NO, x: 'fits', y: 'fits' }],
    ['a node without the key', wanting([inZone]), [zoned('a'), bare('m')], [], { a: 'fits', m: NO_LABEL }],
    [
      'pods on nodes without the key do not count',
      wanting([onHost]),
      [zoned('a'), bare('m')],
      placed({ m: 3 }),
      { a: 'fits', m: NO_LABEL },
    ],
    ['of hosts, the ones with the fewest', wanting([onHost]), four, placed({ a: 2, b: 1, y: 3 }), { a: NO, b: NO, x: 'fits', y: NO }],
    [
      'pods of other namespaces do not count',
      wanting([onHost]),
      [zoned('a'), zoned('b')],
      [...placed({ a: 1 }).map(elsewhere), ...placed({ b: 1 })],
      { a: 'fits', b: NO },
    ],
    [
      'terminating pods do not count',
      wanting([onHost]),
      [zoned('a'), zoned('b')],
      [...placed({ a: 1 }).map(terminating), ...placed({ b: 1 })],
      { a: 'fits', b: NO },
    ],
    [
      'a null selector counts nothing',
      wanting([{ ...onHost, labelSelector: undefined } as Spread]),
      [zoned('a'), zoned('b')],
      placed({ a: 3 }),
      { a: 'fits', b: 'fits' },
    ],
    ['both zone and host', wanting([inZone, onHost]), four, placed({ a: 2, b: 1, y: 3 }), { a: NO, b: NO, x: 'fits', y: NO }],
    ['both, one host left', wanting([inZone, onHost]), four, placed({ a: 1, b: 1, y: 1 }), { a: NO, b: NO, x: 'fits', y: NO }],
    [
      'different selectors',
      wanting([inZone, spread(HOST, { ...HARD, labelSelector: { matchLabels: { bar: '' } } })], {}, { foo: '', bar: '' }),
      four,
      [...placed({ a: 1 }), ...placed({ x: 1 }, { bar: '' })],
      { a: NO, b: NO, x: NO, y: 'fits' },
    ],
    [
      'minDomains: enough of them',
      wanting([spread('node', { ...HARD, minDomains: 2 })]),
      at('abc'),
      placed({ a: 1, b: 1, c: 1 }),
      all('fits', 'abc'),
    ],
    [
      'minDomains: too few count as an empty one',
      wanting([spread('node', { ...HARD, minDomains: 4 })]),
      at('abc'),
      placed({ a: 1, b: 1, c: 1 }),
      all(NO, 'abc'),
    ],
    [
      'nodeAffinityPolicy Honor',
      wanting([spread('node', HARD)], needs),
      [...labelled('ab'), ...at('c')],
      placed({ a: 1, b: 1 }),
      { a: 'fits', b: 'fits', c: 'fits' },
    ],
    [
      'nodeAffinityPolicy Ignore',
      wanting([spread('node', { ...HARD, nodeAffinityPolicy: 'Ignore' })], needs),
      [...labelled('ab'), ...at('c')],
      placed({ a: 1, b: 1 }),
      { a: NO, b: NO, c: 'fits' },
    ],
    [
      'nodeTaintsPolicy Ignore',
      wanting([spread('node', HARD)]),
      [...at('ab'), tainted('c')],
      placed({ a: 1, b: 1 }),
      { a: NO, b: NO, c: 'fits' },
    ],
    [
      'nodeTaintsPolicy Honor',
      wanting([spread('node', { ...HARD, nodeTaintsPolicy: 'Honor' })]),
      [...at('ab'), tainted('c')],
      placed({ a: 1, b: 1 }),
      { a: 'fits', b: 'fits', c: 'fits' },
    ],
    [
      'nodeTaintsPolicy Honor of a tolerated taint',
      wanting([spread('node', { ...HARD, nodeTaintsPolicy: 'Honor' })], { tolerations: [{ operator: 'Exists' }] }),
      [...at('ab'), tainted('c')],
      placed({ a: 1, b: 1 }),
      { a: NO, b: NO, c: 'fits' },
    ],
    [
      'matchLabelKeys narrow the selector',
      wanting([spread('node', { ...HARD, matchLabelKeys: ['hash'] })], {}, { foo: '', hash: 'new' }),
      at('ab'),
      [...placed({ a: 3 }, { foo: '', hash: 'old' }), ...placed({ b: 1 }, { foo: '', hash: 'new' })],
      { a: 'fits', b: NO },
    ],
    [
      'matchLabelKeys that the pod does not have are left out',
      wanting([spread('node', { ...HARD, matchLabelKeys: ['hash'] })]),
      at('ab'),
      placed({ a: 1 }),
      { a: NO, b: 'fits' },
    ],
    [
      'matchLabelKeys with an empty selector',
      wanting([spread('node', { ...HARD, labelSelector: {}, matchLabelKeys: ['foo'] })]),
      at('ab'),
      [...placed({ a: 1 }), ...placed({ b: 2 }, { bar: '' })],
      { a: NO, b: 'fits' },
    ],
  ])('%s', (_, wanted, nodes, pods, expected) => expect(alone(NAME).verdicts(wanted, world(nodes, pods))).toEqual(expected));
});

describe('soft constraints', () => {
  const onHost = spread(HOST);
  const hosts = 'abcd'.split('').map((name) => node(name));
  const taintedC = [...at('ab'), node('c', { labels: { node: 'c' }, taints: [{ key: 'k', effect: 'NoSchedule' }] })];
  const labelledAB = [...'ab'.split('').map((name) => node(name, { labels: { node: name, foo: '' } })), ...at('c')];
  const three = ['a', 'b', 'x'];

  test.each<[string, corev1.Pod, corev1.Node[], corev1.Pod[], string[] | undefined, Record<string, number> | undefined]>([
    ['the pod has none', pod('p', {}, foo), hosts, [], undefined, undefined],
    ['no pods', wanting([onHost]), hosts.slice(0, 2), [], undefined, { a: 100, b: 100 }],
    ['one candidate', wanting([onHost]), hosts.slice(0, 2), placed({ a: 2, b: 1 }), ['a'], { a: 100 }],
    ['equally many', wanting([onHost]), hosts.slice(0, 2), placed({ a: 1, b: 1 }), undefined, { a: 100, b: 100 }],
    ['2/1/0/3', wanting([onHost]), hosts, placed({ a: 2, b: 1, d: 3 }), undefined, { a: 20, b: 60, c: 100, d: 0 }],
    [
      'null selector',
      wanting([{ ...onHost, labelSelector: undefined } as Spread]),
      hosts,
      placed({ a: 2, b: 1, d: 3 }),
      undefined,
      { a: 100, b: 100, c: 100, d: 100 },
    ],
    [
      '2/1/0/3 with a skew of 2',
      wanting([{ ...onHost, maxSkew: 2 }]),
      hosts,
      placed({ a: 2, b: 1, d: 3 }),
      undefined,
      { a: 33, b: 66, c: 100, d: 16 },
    ],
    [
      '4/3/2/1 with a skew of 3',
      wanting([{ ...onHost, maxSkew: 3 }]),
      hosts,
      placed({ a: 4, b: 3, c: 2, d: 1 }),
      undefined,
      { a: 44, b: 66, c: 77, d: 100 },
    ],
    ['4/2/1, another node is no candidate', wanting([onHost]), four, placed({ a: 4, b: 2, x: 1, y: 3 }), three, { a: 33, b: 83, x: 100 }],
    [
      'a node without the key gets nothing',
      wanting([onHost]),
      [zoned('a'), bare('b', { n: 'b' }), zoned('x'), zoned('y')],
      placed({ a: 4, b: 2, x: 1, y: 3 }),
      three,
      { a: 16, b: 0, x: 100 },
    ],
    [
      'zones, whose pods on other nodes count',
      wanting([spread('zone')]),
      four,
      placed({ a: 4, b: 2, x: 1, y: 3 }),
      three,
      { a: 75, b: 75, x: 100 },
    ],
    ['zone and host', wanting([spread('zone'), onHost]), four, placed({ a: 2, b: 1, y: 3 }), ['a', 'x'], { a: 57, x: 100 }],
    [
      'pods of other namespaces',
      wanting([onHost]),
      hosts.slice(0, 2),
      [...placed({ a: 1 }), ...placed({ a: 2 }).map(elsewhere), ...placed({ b: 2 })],
      undefined,
      { a: 100, b: 33 },
    ],
    [
      'terminating pods',
      wanting([onHost]),
      hosts.slice(0, 2),
      [...placed({ a: 1 }).map(terminating), ...placed({ b: 1 })],
      undefined,
      { a: 100, b: 0 },
    ],
    [
      'minDomains has no effect',
      wanting([spread('node', { maxSkew: 2, minDomains: 10 })]),
      at('abc'),
      placed({ a: 2, b: 2, c: 1 }),
      undefined,
      { a: 75, b: 75, c: 100 },
    ],
    [
      'nodeAffinityPolicy Honor',
      wanting([spread('node')], { nodeSelector: foo }),
      labelledAB,
      placed({ a: 2, b: 1, c: 1 }),
      undefined,
      { a: 0, b: 33, c: 100 },
    ],
    [
      'nodeAffinityPolicy Ignore',
      wanting([spread('node', { nodeAffinityPolicy: 'Ignore' })], { nodeSelector: foo }),
      labelledAB,
      placed({ a: 2, b: 1, c: 1 }),
      undefined,
      { a: 66, b: 100, c: 100 },
    ],
    [
      'nodeTaintsPolicy Honor',
      wanting([spread('node', { nodeTaintsPolicy: 'Honor' })]),
      taintedC,
      placed({ a: 2, b: 1, c: 1 }),
      undefined,
      { a: 0, b: 33, c: 100 },
    ],
    ['nodeTaintsPolicy Ignore', wanting([spread('node')]), taintedC, placed({ a: 2, b: 1, c: 1 }), undefined, { a: 66, b: 100, c: 100 }],
  ])('%s', (_, wanted, nodes, pods, feasible, expected) =>
    expect(alone(NAME).scores(wanted, world(nodes, pods), feasible)).toEqual(expected),
  );
});

describe('pods without constraints', () => {
  const service = (selector: Record<string, string>): KubeObject =>
    ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec: { selector } }) as KubeObject;
  const listed = (defaultConstraints: Spread[]): Partial<PluginArgs> => ({
    PodTopologySpread: { defaultConstraints, defaultingType: 'List' },
  });
  const plain = pod('p', {}, foo);
  const hosts = 'abcd'.split('').map((name) => node(name));
  const uneven = placed({ a: 4, b: 3, c: 2, d: 1 });

  test('those of a Service are spread over hosts and zones, by default', () => {
    const scores = (selector: Record<string, string>) => alone(NAME).scores(plain, world(hosts, uneven, { objects: [service(selector)] }));
    expect([scores(foo), scores({ other: '' })]).toEqual([{ a: 44, b: 66, c: 77, d: 100 }, undefined]);
  });

  test('a list of the configuration takes their place', () => {
    const { labelSelector: _, ...constraint } = spread('zone', HARD);
    const given = world(four, placed({ a: 1 }), { objects: [service(foo)] });
    const plugin = alone(NAME, listed([constraint]));
    expect([plugin.verdicts(plain, given), plugin.verdicts(wanting([spread(HOST, HARD)]), given)]).toEqual([
      { a: NO, b: NO, x: 'fits', y: 'fits' },
      { a: NO, b: 'fits', x: 'fits', y: 'fits' },
    ]);
  });
});

describe('what may help', () => {
  const rejected = wanting([spread('zone', HARD)]);
  const [matches] = placed({ a: 1 });
  const [other] = placed({ a: 1 }, { bar: '' });
  const on = (change: ReturnType<typeof changed>, resource: typeof Pod | typeof Node = Pod) =>
    alone(NAME).helps(rejected, { on: resource as never, change, world: world(four) });
  const without = (one: corev1.Pod | undefined): corev1.Pod => ({
    ...pod('q'),
    metadata: { ...pod('q').metadata, labels: one?.metadata.labels ?? {} },
  });

  test.each<[string, () => boolean, boolean]>([
    ['a matching pod gets a node', () => on(changed(matches as corev1.Pod, without(matches))), true],
    ['another pod does', () => on(changed(other as corev1.Pod, without(other))), false],
    ['a matching pod is deleted', () => on(removed(matches as corev1.Pod)), true],
    ['another pod is', () => on(removed(other as corev1.Pod)), false],
    ['a pod loses its label', () => on(changed({ ...(other as corev1.Pod) }, matches as corev1.Pod)), true],
    ['a node with the key comes', () => on(changed(zoned('a')), Node), true],
    ['a node without it comes', () => on(changed(node('m')), Node), false],
    ['a node gets the key', () => on(changed(zoned('a'), node('a')), Node), true],
    ['a node gets another label', () => on(changed(node('m', { labels: { l: '1' } }), node('m')), Node), false],
    ['a node with the key goes', () => on(removed(zoned('a')), Node), true],
    ['a node without it goes', () => on(removed(node('m')), Node), false],
  ])('%s', (_, helps, expected) => expect(helps()).toBe(expected));
});
