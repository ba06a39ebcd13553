import { type corev1, Node } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone, changed } from '../test-plugin.js';

const no = 'never: node(s) were unschedulable';
const key = 'node.kubernetes.io/unschedulable';
const cordoned = node('n', { unschedulable: true });

test.each<[string, corev1.Node, corev1.Toleration[], string]>([
  ['a cordoned node', cordoned, [], no],
  ['a node that is not', node('n'), [], 'fits'],
  ['tolerated', cordoned, [{ key, effect: 'NoSchedule' }], 'fits'],
  ['tolerated with all effects', cordoned, [{ key, operator: 'Exists' }], 'fits'],
  ['tolerated with everything', cordoned, [{ operator: 'Exists' }], 'fits'],
  ['another taint is tolerated', cordoned, [{ key: 'other', effect: 'NoSchedule' }], no],
  ['another effect is tolerated', cordoned, [{ key, effect: 'NoExecute' }], no],
])('NodeUnschedulable: %s', (_, on, tolerations, expected) =>
  expect(alone('NodeUnschedulable').verdicts(pod('p', { tolerations }), world([on]))).toEqual({ n: expected }),
);

test.each<[string, corev1.Node, corev1.Node | undefined, boolean]>([
  ['a new node', node('n'), undefined, true],
  ['a new cordoned node', cordoned, undefined, false],
  ['a node is uncordoned', node('n'), cordoned, true],
  ['a node is cordoned', cordoned, node('n'), false],
])('what may help: %s', (_, object, old, helps) =>
  expect(alone('NodeUnschedulable').helps(pod('p'), { on: Node, change: changed(object, old), world: world([]) })).toBe(helps),
);
