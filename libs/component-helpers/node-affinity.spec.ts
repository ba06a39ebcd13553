import type { corev1 } from '#api';
import { nodeSelectorMatcher, preferredNodeScore, requiredNodeAffinity } from './node-affinity.js';

const node = { metadata: { name: 'n1', labels: { zone: 'a', disk: 'ssd', cores: '16' } } };
const matches = (...nodeSelectorTerms: corev1.NodeSelectorTerm[]): boolean => nodeSelectorMatcher({ nodeSelectorTerms })(node);
const expression = (key: string, operator: string, ...values: string[]): corev1.NodeSelectorTerm => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }],
});
const field = (operator: string, ...values: string[]): corev1.NodeSelectorTerm => ({
  matchFields: [{ key: 'metadata.name', operator, values }],
});

test.each<[string, corev1.NodeSelectorTerm, boolean]>([
  ['In', expression('zone', 'In', 'a', 'b'), true],
  ['In, another value', expression('zone', 'In', 'b'), false],
  ['In, no such label', expression('rack', 'In', 'b'), false],
  ['NotIn', expression('zone', 'NotIn', 'b'), true],
  ['NotIn, no such label', expression('rack', 'NotIn', 'b'), true],
  ['Exists', expression('zone', 'Exists'), true],
  ['DoesNotExist', expression('zone', 'DoesNotExist'), false],
  ['Gt', expression('cores', 'Gt', '8'), true],
  ['Gt, equal', expression('cores', 'Gt', '16'), false],
  ['Lt', expression('cores', 'Lt', '17'), true],
  ['Gt, no number', expression('zone', 'Gt', '8'), false],
  ['Gt, beyond 64 bits', expression('cores', 'Gt', '9'.repeat(50_000)), false],
  ['an operator that does not exist', expression('zone', 'Is', 'a'), false],
  ['In without values', expression('zone', 'In'), false],
  ['the name', field('In', 'n1'), true],
  ['another name', field('In', 'n2'), false],
  ['not that name', field('NotIn', 'n2'), true],
  ['two names', field('In', 'n1', 'n2'), false],
  ['an empty term', {}, false],
])('%s', (_name, term, want) => expect(matches(term)).toBe(want));

test('one of several terms has to match, but all of its requirements', () => {
  expect(matches({}, expression('zone', 'Is'), expression('zone', 'In', 'a'))).toBe(true);
  expect(matches({ ...expression('zone', 'In', 'a'), ...field('In', 'n2') })).toBe(false);
  expect(matches()).toBe(false);
});

test('nodeSelector and required affinity must both match', () => {
  const spec = (nodeSelector: Record<string, string>, term?: corev1.NodeSelectorTerm): corev1.PodSpec => ({
    containers: [],
    nodeSelector,
    ...(term ? { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } } } : {}),
  });
  expect(requiredNodeAffinity({ containers: [] })(node)).toBe(true);
  expect(requiredNodeAffinity(spec({ zone: 'a' }))(node)).toBe(true);
  expect(requiredNodeAffinity(spec({ constructor: 'a' }))(node)).toBe(false);
  expect(requiredNodeAffinity(spec({ zone: 'a' }, expression('disk', 'In', 'hdd')))(node)).toBe(false);
});

test('the weights of preferences are added', () => {
  const terms = [
    { weight: 50, preference: expression('disk', 'In', 'ssd') },
    { weight: 7, preference: expression('zone', 'In', 'a') },
    { weight: 3, preference: expression('zone', 'In', 'b') },
  ];
  expect(preferredNodeScore(terms, node)).toBe(57);
});

test('a long list of values is matched against many nodes', () => {
  const values = Array.from({ length: 100_000 }, (_, index) => `v${index}`);
  const selector = nodeSelectorMatcher({ nodeSelectorTerms: [expression('zone', 'In', ...values)] });
  const nodes = Array.from({ length: 5000 }, (_, index) => ({ metadata: { name: `n${index}`, labels: { zone: `w${index}` } } }));
  expect(nodes.some(selector)).toBe(false);
});
