import { type corev1, Namespace, Node, Pod } from '#api';
import type { KubeObject } from '#apimachinery';
import { node, pod, world } from '../test-objects.js';
import { alone, changed, removed } from '../test-plugin.js';

type Term = corev1.PodAffinityTerm;
const NAME = 'InterPodAffinity';
const NO_AFFINITY = "never: node(s) didn't match pod affinity rules";
const NO_ANTI = "not now: node(s) didn't match pod anti-affinity rules";
const EXISTING = "not now: node(s) didn't satisfy existing pods anti-affinity rules";

/** A term for the pods whose label `security` is one of these. */
const term = (topologyKey: string, values: string[], more: Partial<Term> = {}): Term => ({
  topologyKey,
  labelSelector: { matchExpressions: [{ key: 'security', operator: 'In', values }] },
  ...more,
});
const weighted = (terms: Array<[number, Term]>) => terms.map(([weight, podAffinityTerm]) => ({ weight, podAffinityTerm }));

interface Terms {
  near?: Term[];
  apart?: Term[];
  like?: Array<[number, Term]>;
  dislike?: Array<[number, Term]>;
}

const affine = ({ near = [], apart = [], like = [], dislike = [] }: Terms): Partial<corev1.PodSpec> => ({
  affinity: {
    ...(near.length + like.length > 0 && {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: near,
        preferredDuringSchedulingIgnoredDuringExecution: weighted(like),
      },
    }),
    ...(apart.length + dislike.length > 0 && {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: apart,
        preferredDuringSchedulingIgnoredDuringExecution: weighted(dislike),
      },
    }),
  },
});
const [S1, S2] = [{ security: 'S1' }, { security: 'S2' }];
const wants = (terms: Terms, labels: Record<string, string> = {}): corev1.Pod => pod('p', affine(terms), labels);
let count = 0;
function on(nodeName: string, labels: Record<string, string>, terms: Terms = {}, namespace = 'default'): corev1.Pod {
  count += 1;
  const made = pod(`on-${nodeName}-${count}`, { nodeName, ...affine(terms) }, labels);
  return { ...made, metadata: { ...made.metadata, namespace } };
}
const bare = (name: string, labels: Record<string, string>): corev1.Node => ({ ...node(name), metadata: { name, labels } });
const namespaces: KubeObject[] = [
  ['default', {}],
  ['one', { team: 'a' }],
  ['two', { team: 'b' }],
].map(([name, labels]) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }) as KubeObject);

/** a and b are in region r1, c in r2. */
const regions = [bare('a', { region: 'r1', zone: 'z1' }), bare('b', { region: 'r1', zone: 'z2' }), bare('c', { region: 'r2', zone: 'z3' })];
const fits = { a: 'fits', b: 'fits', c: 'fits' };
const teamA = { namespaceSelector: { matchLabels: { team: 'a' } } };

describe('required terms', () => {
  const region = term('region', ['S1']);
  test.each<[string, corev1.Pod, corev1.Pod[], Record<string, string>]>([
    ['none', pod('p', {}, S1), [on('a', S1)], fits],
    ['near a pod, anywhere in its domain', wants({ near: [region] }), [on('a', S1)], { ...fits, c: NO_AFFINITY }],
    ['no pod to be near to', wants({ near: [region] }), [on('a', S2)], { a: NO_AFFINITY, b: NO_AFFINITY, c: NO_AFFINITY }],
    [
      'NotIn',
      wants({
        near: [{ topologyKey: 'region', labelSelector: { matchExpressions: [{ key: 'security', operator: 'NotIn', values: ['S3'] }] } }],
      }),
      [on('c', S1)],
      { a: NO_AFFINITY, b: NO_AFFINITY, c: 'fits' },
    ],
    ['the first of a group is near itself', wants({ near: [region] }, S1), [], fits],
    [
      'the first needs a node with the keys',
      wants({ near: [term('rack', ['S1'])] }, S1),
      [],
      { a: NO_AFFINITY, b: NO_AFFINITY, c: NO_AFFINITY },
    ],
    ['the second goes to the first', wants({ near: [region] }, S1), [on('c', S1)], { a: NO_AFFINITY, b: NO_AFFINITY, c: 'fits' }],
    [
      'all terms have to match the same pod',
      wants({ near: [region, { topologyKey: 'zone', labelSelector: { matchLabels: { tier: '1' } } }] }),
      [on('a', S1), on('b', { tier: '1' })],
      { a: NO_AFFINITY, b: NO_AFFINITY, c: NO_AFFINITY },
    ],
    [
      'one pod matches all terms',
      wants({ near: [region, { topologyKey: 'zone', labelSelector: { matchLabels: { tier: '1' } } }] }),
      [on('a', { ...S1, tier: '1' })],
      { a: 'fits', b: NO_AFFINITY, c: NO_AFFINITY },
    ],
    ['a pod of another namespace', wants({ near: [region] }), [on('a', S1, {}, 'one')], { a: NO_AFFINITY, b: NO_AFFINITY, c: NO_AFFINITY }],
    [
      'whose namespace is listed',
      wants({ near: [term('region', ['S1'], { namespaces: ['one'] })] }),
      [on('a', S1, {}, 'one')],
      { ...fits, c: NO_AFFINITY },
    ],
    [
      'whose namespace is selected',
      wants({ near: [term('region', ['S1'], teamA)] }),
      [on('a', S1, {}, 'one')],
      { ...fits, c: NO_AFFINITY },
    ],
    [
      'whose namespace is not selected',
      wants({ near: [term('region', ['S1'], teamA)] }),
      [on('a', S1, {}, 'two')],
      { a: NO_AFFINITY, b: NO_AFFINITY, c: NO_AFFINITY },
    ],
    [
      'listed and selected namespaces',
      wants({ near: [term('region', ['S1'], { ...teamA, namespaces: ['two'] })] }),
      [on('c', S1, {}, 'two')],
      { a: NO_AFFINITY, b: NO_AFFINITY, c: 'fits' },
    ],
    [
      'the own namespace is not meant when others are',
      wants({ apart: [term('region', ['S1'], { namespaces: ['one'] })] }),
      [on('a', S1)],
      fits,
    ],
    ['apart from a pod', wants({ apart: [region] }), [on('a', S1)], { a: NO_ANTI, b: NO_ANTI, c: 'fits' }],
    [
      'apart: any term suffices',
      wants({ apart: [region, term('zone', ['S2'])] }),
      [on('b', S2), on('c', S1)],
      { a: 'fits', b: NO_ANTI, c: NO_ANTI },
    ],
    ['apart: nodes without the key fit', wants({ apart: [term('rack', ['S1'])] }), [on('a', S1)], fits],
    [
      'apart in all namespaces',
      wants({ apart: [term('region', ['S1'], { namespaceSelector: {} })] }),
      [on('a', S1, {}, 'two')],
      { a: NO_ANTI, b: NO_ANTI, c: 'fits' },
    ],
    ['a pod that stays apart from this one', pod('p', {}, S1), [on('a', {}, { apart: [region] })], { a: EXISTING, b: EXISTING, c: 'fits' }],
    ['a pod that stays apart from others', pod('p', {}, S2), [on('a', {}, { apart: [region] })], fits],
    ['a pod of another namespace stays apart from those of its own', pod('p', {}, S1), [on('a', {}, { apart: [region] }, 'one')], fits],
    [
      'a pod stays apart from those of a selected namespace',
      pod('p', {}, S1),
      [
        on(
          'a',
          {},
          { apart: [term('zone', ['S1'], { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] } })] },
          'one',
        ),
      ],
      { ...fits, a: EXISTING },
    ],
    [
      'each of several pods stays apart',
      pod('p', {}, S1),
      [on('a', {}, { apart: [term('zone', ['S1'])] }), on('c', {}, { apart: [term('zone', ['S1'])] })],
      { a: EXISTING, b: 'fits', c: EXISTING },
    ],
    ['its own terms come first', wants({ apart: [region] }, S1), [on('a', S1, { apart: [region] })], { a: NO_ANTI, b: NO_ANTI, c: 'fits' }],
    [
      'near one, apart from another',
      wants({ near: [region], apart: [term('zone', ['S2'])] }),
      [on('a', S1), on('b', S2)],
      { a: 'fits', b: NO_ANTI, c: NO_AFFINITY },
    ],
  ])('%s', (_, wanted, pods, expected) =>
    expect(alone(NAME).verdicts(wanted, world(regions, pods, { objects: namespaces }))).toEqual(expected),
  );
});

describe('preferred terms', () => {
  const [china, india, az1, az2] = [{ region: 'China' }, { region: 'India' }, { az: 'az1' }, { az: 'az2' }];
  const three = [bare('a', china), bare('b', india), bare('c', az1)];
  const five = [bare('a', china), bare('b', india), bare('c', china), bare('d', china), bare('e', india)];
  const likesS1: Terms = { like: [[5, term('region', ['S1'])]] };
  const likesS2: Terms = { like: [[6, term('region', ['S2'])]] };
  const dislikesS1: Terms = { dislike: [[5, term('az', ['S1'])]] };
  const dislikesS2: Terms = { dislike: [[5, term('az', ['S2'])]] };
  const exists: Term = { topologyKey: 'region', labelSelector: { matchExpressions: [{ key: 'security', operator: 'Exists' }] } };
  const likesTeamA: Terms = { like: [[5, term('region', ['S1'], teamA)]] };
  const dislikesTeamA: Terms = { dislike: [[5, term('region', ['S1'], teamA)]] };
  const inOne = (one: corev1.Pod): corev1.Pod => ({ ...one, metadata: { ...one.metadata, namespace: 'one' } });

  test.each<[string, corev1.Pod, corev1.Node[], corev1.Pod[], Record<string, number> | undefined]>([
    ['none', pod('p', {}, S1), three, [on('a', S1)], undefined],
    ['where matching pods are', wants(likesS1), three, [on('a', S1), on('b', S2), on('c', S1)], { a: 100, b: 0, c: 0 }],
    [
      'anywhere in their domain',
      wants(likesS1),
      [bare('a', china), bare('b', { ...china, ...az1 }), bare('c', india)],
      [on('a', S1)],
      { a: 100, b: 100, c: 0 },
    ],
    [
      'the domain with more of them',
      wants(likesS2),
      five,
      [on('a', S2), on('a', S2), on('b', S2), on('c', S2), on('d', S2), on('e', S2)],
      { a: 100, b: 0, c: 100, d: 100, e: 0 },
    ],
    [
      'several terms',
      wants({
        like: [
          [8, term('region', ['S2'])],
          [2, exists],
        ],
      }),
      three,
      [on('a', S1), on('b', S2), on('c', S1)],
      { a: 20, b: 100, c: 0 },
    ],
    ['those of the pods that are there', pod('p', {}, S2), three, [on('a', S1, likesS1), on('b', S2, likesS2)], { a: 0, b: 100, c: 0 }],
    [
      'theirs with a selector of namespaces',
      inOne(pod('p', {}, S1)),
      three,
      [on('a', S1, likesTeamA), on('b', S2, likesS2)],
      { a: 100, b: 0, c: 0 },
    ],
    [
      'their dislike with a selector of namespaces',
      inOne(pod('p', {}, S1)),
      three,
      [on('a', S1, dislikesTeamA), on('b', S2, likesS2)],
      { a: 0, b: 100, c: 100 },
    ],
    [
      'their required terms count too',
      pod('p', {}, S1),
      three,
      [on('a', S1, { near: [term('region', ['S1', 'x']), exists] }), on('b', S2, { near: [term('region', ['S1', 'x']), exists] })],
      { a: 100, b: 100, c: 0 },
    ],
    ['away from matching pods', wants(dislikesS1), [bare('a', az1), bare('b', china)], [on('a', S1), on('b', S2)], { a: 0, b: 100 }],
    ['away, where there is a domain', wants(dislikesS1), [bare('a', az1), bare('b', china)], [on('a', S1), on('b', S1)], { a: 0, b: 100 }],
    [
      'away from those that want to be away',
      pod('p', {}, S2),
      [bare('a', az1), bare('b', az2)],
      [on('a', S1, dislikesS2), on('b', S2, dislikesS1)],
      { a: 0, b: 100 },
    ],
    [
      'near some and away from others',
      wants({ like: [[8, term('region', ['S1'])]], ...dislikesS2 }),
      [bare('a', china), bare('b', az1)],
      [on('a', S1), on('b', S1)],
      { a: 100, b: 0 },
    ],
    [
      'rounded down as upstream does',
      wants({
        like: [
          [29, term('region', ['S1'])],
          [71, term('az', ['S2'])],
          [29, term('az', ['S2'])],
        ],
      }),
      [bare('a', china), bare('b', az1), bare('c', az2)],
      [on('a', S1), on('b', S2)],
      { a: 28, b: 100, c: 0 },
    ],
  ])('%s', (_, wanted, nodes, pods, expected) =>
    expect(alone(NAME).scores(wanted, world(nodes, pods, { objects: namespaces }))).toEqual(expected),
  );

  test.each<[string, number, boolean, corev1.Pod, Record<string, number> | undefined]>([
    ['hardPodAffinityWeight 1', 1, false, pod('p', {}, S1), { a: 0, b: 100, c: 0 }],
    ['hardPodAffinityWeight 0', 0, false, pod('p', {}, S1), undefined],
    ['ignorePreferredTermsOfExistingPods, the pod has no preferences', 1, true, pod('p', {}, S1), undefined],
    [
      'ignorePreferredTermsOfExistingPods, the pod has some',
      1,
      true,
      wants({ like: [[1, term('region', ['S9'])]] }, S1),
      { a: 0, b: 100, c: 0 },
    ],
  ])('%s', (_, hardPodAffinityWeight, ignorePreferredTermsOfExistingPods, wanted, expected) => {
    const plugin = alone(NAME, { InterPodAffinity: { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods } });
    expect(plugin.scores(wanted, world(three, [on('b', {}, { near: [term('region', ['S1'])] })]))).toEqual(expected);
  });
});

describe('what may help', () => {
  const [near, apart] = [wants({ near: [term('zone', ['S1'])] }), wants({ apart: [term('zone', ['S1'])] })];
  const unaware = pod('p', {}, S1);
  const matching = on('a', S1);
  const other = { ...matching, metadata: { ...matching.metadata, labels: S2 } };
  const waiting = { ...matching, spec: { ...matching.spec, nodeName: undefined } } as unknown as corev1.Pod;
  const guard = on('a', {}, { apart: [term('zone', ['S1'])] });
  const [zoned, moved, plain] = [node('n', { labels: { zone: 'z1' } }), node('n', { labels: { zone: 'z2' } }), node('n')];

  test.each<[string, corev1.Pod, typeof Pod | typeof Node | typeof Namespace, ReturnType<typeof changed>, boolean]>([
    ['a matching pod gets a node, for affinity', near, Pod, changed(matching, waiting), true],
    ['another pod does', near, Pod, changed(other, waiting), false],
    ['a matching pod gets a node, for anti-affinity', apart, Pod, changed(matching, waiting), false],
    ['a matching pod goes, for affinity', near, Pod, removed(matching), false],
    ['a matching pod goes, for anti-affinity', apart, Pod, removed(matching), true],
    ['another pod goes', apart, Pod, removed(other), false],
    ['a pod goes that stayed apart from this one', unaware, Pod, removed(guard), true],
    ['a pod gets the label, for affinity', near, Pod, changed(matching, other), true],
    ['a pod loses the label, for affinity', near, Pod, changed(other, matching), false],
    ['a pod loses the label, for anti-affinity', apart, Pod, changed(other, matching), true],
    ['a pod gets the label, for anti-affinity', apart, Pod, changed(matching, other), false],
    ['a node of a zone comes, for affinity', near, Node, changed(zoned), true],
    ['a node without a zone comes, for affinity', near, Node, changed(plain), false],
    ['a node without a zone comes, for anti-affinity', apart, Node, changed(plain), true],
    ['a node gets a zone, for affinity', near, Node, changed(zoned, plain), true],
    ['a node gets a zone, for anti-affinity', apart, Node, changed(zoned, plain), false],
    ['a node loses its zone, for affinity', near, Node, changed(plain, zoned), false],
    ['a node loses its zone, for anti-affinity', apart, Node, changed(plain, zoned), true],
    ['a node changes its zone, for either', near, Node, changed(moved, zoned), true],
    ['a node changes its zone, for anti-affinity', apart, Node, changed(moved, zoned), true],
    [
      'a node changes another label',
      near,
      Node,
      changed({ ...zoned, metadata: { ...zoned.metadata, labels: { zone: 'z1', l: '1' } } }, zoned),
      false,
    ],
    ['a node comes, for a pod that others stay apart from', unaware, Node, changed(plain), true],
    ['the labels of a namespace change', near, Namespace, changed(namespaces[1] as KubeObject, namespaces[2] as KubeObject), true],
  ])('%s', (_, rejected, resource, change, expected) =>
    expect(alone(NAME).helps(rejected, { on: resource as never, change, world: world([]) })).toBe(expected),
  );
});
