import { type corev1, Node } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone, changed } from '../test-plugin.js';

const taint = (effect: string, key = 'dedicated', value = 'user1'): corev1.Taint => ({ key, value, effect });
const tainted = (name: string, ...taints: corev1.Taint[]): corev1.Node => node(name, { taints });
const tolerates = (effect?: string, more: Partial<corev1.Toleration> = {}): corev1.Toleration => ({
  key: 'dedicated',
  operator: 'Equal',
  value: 'user1',
  ...(effect && { effect }),
  ...more,
});
const no = 'never: node(s) had untolerated taint(s)';

test.each<[string, corev1.Taint[], corev1.Toleration[], string]>([
  ['no tolerations', [taint('NoSchedule')], [], no],
  ['the same key, value and effect', [taint('NoSchedule')], [tolerates('NoSchedule')], 'fits'],
  ['another value', [taint('NoSchedule', 'dedicated', 'user2')], [tolerates('NoSchedule')], no],
  ['another effect', [taint('NoSchedule')], [tolerates('NoExecute')], no],
  ['no effect is all effects', [taint('NoSchedule')], [tolerates()], 'fits'],
  ['Exists', [taint('NoSchedule')], [tolerates('NoSchedule', { operator: 'Exists', value: '' })], 'fits'],
  ['Exists without a key', [taint('NoExecute')], [{ operator: 'Exists' }], 'fits'],
  ['one of two taints', [taint('NoSchedule'), taint('NoSchedule', 'foo')], [tolerates('NoSchedule')], no],
  ['NoExecute', [taint('NoExecute')], [], no],
  ['PreferNoSchedule does not reject', [taint('PreferNoSchedule')], [], 'fits'],
])('TaintToleration: %s', (_, taints, tolerations, expected) =>
  expect(alone('TaintToleration').verdicts(pod('p', { tolerations }), world([tainted('n', ...taints)]))).toEqual({ n: expected }),
);

const prefer = (key: string, value = 'v'): corev1.Taint => taint('PreferNoSchedule', key, value);
test.each<[string, corev1.Node[], corev1.Toleration[], Record<string, number> | undefined]>([
  ['no node has such a taint', [tainted('a'), tainted('b', taint('NoSchedule'))], [], undefined],
  [
    'a tolerated taint is no disadvantage',
    [tainted('a', prefer('dedicated', 'user1')), tainted('b', prefer('dedicated', 'user2'))],
    [tolerates('PreferNoSchedule')],
    { a: 100, b: 0 },
  ],
  [
    'however many are tolerated',
    [tainted('a'), tainted('b', prefer('cpu')), tainted('c', prefer('cpu'), prefer('disk'))],
    ['cpu', 'disk'].map((key) => ({ key, operator: 'Exists', effect: 'PreferNoSchedule' })),
    { a: 100, b: 100, c: 100 },
  ],
  [
    'the more are not, the lower',
    [tainted('a'), tainted('b', prefer('cpu')), tainted('c', prefer('cpu'), prefer('disk'))],
    [],
    { a: 100, b: 50, c: 0 },
  ],
  [
    'only tolerations of this effect count',
    [tainted('a'), tainted('b', prefer('cpu')), tainted('c', prefer('cpu'), prefer('disk'))],
    ['cpu', 'disk'].map((key) => ({ key, operator: 'Exists', effect: 'NoSchedule' })),
    { a: 100, b: 50, c: 0 },
  ],
])('score, %s', (_, nodes, tolerations, expected) =>
  expect(alone('TaintToleration').scores(pod('p', { tolerations }), world(nodes))).toEqual(expected),
);

test.each<[string, corev1.Node, corev1.Node | undefined, boolean]>([
  ['a new node without taints', node('n'), undefined, true],
  ['a new node with an untolerated taint', tainted('n', taint('NoSchedule')), undefined, false],
  ['the taint goes', node('n'), tainted('n', taint('NoSchedule')), true],
  ['one of two goes', tainted('n', taint('NoSchedule')), tainted('n', taint('NoSchedule'), taint('NoExecute')), false],
  ['a taint comes', tainted('n', taint('NoSchedule')), node('n'), false],
])('what may help: %s', (_, object, old, helps) =>
  expect(alone('TaintToleration').helps(pod('p'), { on: Node, change: changed(object, old), world: world([]) })).toBe(helps),
);
