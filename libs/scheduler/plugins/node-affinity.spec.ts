import { type corev1, Node } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone, changed } from '../test-plugin.js';

const NO = "never: node(s) didn't match Pod's node affinity/selector";
const LEFT_OUT = "never: node(s) didn't satisfy plugin(s) [NodeAffinity]";
const CONFLICT = 'never: pod affinity terms conflict';
const ENFORCED = "never: node(s) didn't match scheduler-enforced node affinity";

const requirement = (key: string, operator: string, ...values: string[]): corev1.NodeSelectorRequirement => ({
  key,
  operator,
  ...(values.length > 0 && { values }),
});
const term = (...matchExpressions: corev1.NodeSelectorRequirement[]): corev1.NodeSelectorTerm => ({ matchExpressions });
const named = (...names: string[]): corev1.NodeSelectorTerm => ({ matchFields: [requirement('metadata.name', 'In', ...names)] });
const requires = (...nodeSelectorTerms: corev1.NodeSelectorTerm[]): Partial<corev1.PodSpec> => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const prefers = (...terms: Array<[number, corev1.NodeSelectorRequirement]>): corev1.NodeAffinity => ({
  preferredDuringSchedulingIgnoredDuringExecution: terms.map(([weight, each]) => ({ weight, preference: term(each) })),
});

test.each<[string, Partial<corev1.PodSpec>, Record<string, string>, string]>([
  ['no selector', {}, {}, 'fits'],
  ['a missing label', { nodeSelector: { foo: 'bar' } }, {}, NO],
  ['the label', { nodeSelector: { foo: 'bar' } }, { foo: 'bar' }, 'fits'],
  ['more labels', { nodeSelector: { foo: 'bar' } }, { foo: 'bar', baz: 'blah' }, 'fits'],
  ['one of two labels', { nodeSelector: { foo: 'bar', baz: 'blah' } }, { foo: 'bar' }, NO],
  ['In', requires(term(requirement('foo', 'In', 'bar', 'value2'))), { foo: 'bar' }, 'fits'],
  ['Gt', requires(term(requirement('kernel', 'Gt', '0204'))), { kernel: '0206' }, 'fits'],
  ['Gt of something that is no number', requires(term(requirement('kernel', 'Gt', '0204'))), { kernel: 'v2' }, NO],
  ['Lt', requires(term(requirement('kernel', 'Lt', '10'))), { kernel: '9' }, 'fits'],
  ['NotIn', requires(term(requirement('mem', 'NotIn', 'a', 'b'))), { mem: 'c' }, 'fits'],
  ['NotIn of a missing label', requires(term(requirement('mem', 'NotIn', 'a'))), {}, 'fits'],
  ['Exists', requires(term(requirement('gpu', 'Exists'))), { gpu: 'nvidia' }, 'fits'],
  ['DoesNotExist', requires(term(requirement('gpu', 'DoesNotExist'))), { gpu: 'nvidia' }, NO],
  ['another value', requires(term(requirement('foo', 'In', 'a'))), { foo: 'bar' }, NO],
  ['no terms', requires(), { foo: 'bar' }, NO],
  ['an empty term', requires({}), { foo: 'bar' }, NO],
  [
    'all requirements of a term',
    requires(term(requirement('gpu', 'Exists'), requirement('gpu', 'NotIn', 'amd'))),
    { gpu: 'nvidia' },
    'fits',
  ],
  ['one of its requirements', requires(term(requirement('gpu', 'Exists'), requirement('gpu', 'In', 'amd'))), { gpu: 'nvidia' }, NO],
  ['any of the terms', requires(term(requirement('foo', 'In', 'bar')), term(requirement('diff', 'In', 'x'))), { foo: 'bar' }, 'fits'],
  ['selector and affinity', { ...requires(term(requirement('foo', 'Exists'))), nodeSelector: { foo: 'bar' } }, { foo: 'bar' }, 'fits'],
  ['the selector only', { ...requires(term(requirement('foo', 'Exists'))), nodeSelector: { foo: 'bar' } }, { foo: 'other' }, NO],
  ['the name', requires(named('n')), {}, 'fits'],
  ['another name', requires(named('m')), {}, LEFT_OUT],
  ['one of two terms names it', requires(named('m'), named('n')), {}, 'fits'],
  ['a name, or labels', requires(named('m'), term(requirement('foo', 'In', 'bar'))), { foo: 'bar' }, 'fits'],
  ['a name and labels', requires({ ...named('n'), ...term(requirement('foo', 'In', 'x')) }), { foo: 'bar' }, NO],
  [
    'two names at once',
    requires({ matchFields: [requirement('metadata.name', 'In', 'n'), requirement('metadata.name', 'In', 'm')] }),
    {},
    CONFLICT,
  ],
  [
    'two names at once, or one',
    requires({ matchFields: [requirement('metadata.name', 'In', 'n'), requirement('metadata.name', 'In', 'm')] }, named('n')),
    {},
    'fits',
  ],
  ['not this name', requires({ matchFields: [requirement('metadata.name', 'NotIn', 'n')] }), {}, NO],
])('NodeAffinity: %s', (_, spec, labels, expected) =>
  expect(alone('NodeAffinity').verdicts(pod('p', spec), world([node('n', { labels })]))).toEqual({ n: expected }),
);

describe('what the configuration adds', () => {
  const nodes = world([node('a', { labels: { zone: 'z1', disk: 'ssd' } }), node('b', { labels: { zone: 'z2' } })]);
  const adding = (addedAffinity: corev1.NodeAffinity) => alone('NodeAffinity', { NodeAffinity: { addedAffinity } });
  const { nodeAffinity = {} } = requires(term(requirement('zone', 'In', 'z1'))).affinity ?? {};

  test.each<[string, Partial<corev1.PodSpec>, Record<string, string>]>([
    ['to a pod without affinity', {}, { a: 'fits', b: ENFORCED }],
    ['to one that requires the same', requires(term(requirement('disk', 'In', 'ssd'))), { a: 'fits', b: ENFORCED }],
    ['to one that requires the opposite', { nodeSelector: { zone: 'z2' } }, { a: NO, b: ENFORCED }],
  ])('is required: %s', (_, spec, expected) => expect(adding(nodeAffinity).verdicts(pod('p', spec), nodes)).toEqual(expected));

  test('preferences are added to those of the pod', () => {
    const added = adding(prefers([10, requirement('zone', 'In', 'z2')]));
    const own = { affinity: { nodeAffinity: prefers([5, requirement('disk', 'Exists')]) } };
    expect([added.scores(pod('p'), nodes), added.scores(pod('p', own), nodes)]).toEqual([
      { a: 0, b: 100 },
      { a: 50, b: 100 },
    ]);
  });
});

test.each<[string, corev1.NodeAffinity, Record<string, number> | undefined]>([
  ['no preferences', {}, undefined],
  ['no node matches', prefers([4, requirement('tier', 'Exists')]), { a: 0, b: 0, c: 0 }],
  ['one preference', prefers([4, requirement('foo', 'In', 'bar')]), { a: 100, b: 0, c: 100 }],
  [
    'several',
    prefers([2, requirement('foo', 'In', 'bar')], [4, requirement('key', 'In', 'value')], [5, requirement('az', 'Exists')]),
    { a: 18, b: 81, c: 100 },
  ],
  [
    'an empty preference matches nothing',
    { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 9, preference: {} }] },
    { a: 0, b: 0, c: 0 },
  ],
])('score, %s', (_, nodeAffinity, expected) => {
  const nodes = [
    node('a', { labels: { foo: 'bar' } }),
    node('b', { labels: { key: 'value', az: 'az1' } }),
    node('c', { labels: { foo: 'bar', key: 'value', az: 'az2' } }),
  ];
  expect(alone('NodeAffinity').scores(pod('p', { affinity: { nodeAffinity } }), world(nodes))).toEqual(expected);
});

test.each<[string, Record<string, string>, Record<string, string> | undefined, boolean]>([
  ['a new node that matches', { foo: 'bar' }, undefined, true],
  ['a new node that does not', { foo: 'x' }, undefined, false],
  ['a node gets the label', { foo: 'bar' }, {}, true],
  ['a node that matched already gets another one', { foo: 'bar', more: '1' }, { foo: 'bar' }, false],
  ['a node loses it', {}, { foo: 'bar' }, false],
])('what may help: %s', (_, labels, before, helps) => {
  const change = changed(node('n', { labels }), before && node('n', { labels: before }));
  expect(alone('NodeAffinity').helps(pod('p', { nodeSelector: { foo: 'bar' } }), { on: Node, change, world: world([]) })).toBe(helps);
});
