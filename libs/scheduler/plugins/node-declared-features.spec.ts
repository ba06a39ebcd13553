import { type corev1, Node, Pod } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone, changed } from '../test-plugin.js';

const NAME = 'NodeDeclaredFeatures';
const RESTART = 'RestartAllContainersOnContainerExits';
const USERS = 'UserNamespacesHostNetworkSupport';
const NO = "never: node(s) didn't match Pod's required features";

const declaring = (name: string, ...declaredFeatures: string[]): corev1.Node => {
  const made = node(name);
  return { ...made, status: { ...made.status, declaredFeatures } };
};
const nodes = [node('none'), declaring('restart', 'Other', RESTART), declaring('both', RESTART, USERS)];
const rule = (action: string): corev1.Container => ({
  name: 'c',
  image: 'i',
  restartPolicyRules: [{ action, exitCodes: { operator: 'In', values: [1] } }],
});
const restarting = pod('p', { containers: [rule('RestartAllContainers')] });

test.each<[string, corev1.Pod, string[]]>([
  ['nothing', pod('p'), ['fits', 'fits', 'fits']],
  ['another rule', pod('p', { containers: [rule('Restart')] }), ['fits', 'fits', 'fits']],
  ['all containers restart', restarting, [NO, 'fits', 'fits']],
  ['in an init container', pod('p', { initContainers: [rule('RestartAllContainers')] }), [NO, 'fits', 'fits']],
  ['users of its own in the network of the host', pod('p', { hostNetwork: true, hostUsers: false }), [NO, NO, 'fits']],
  ['the network of the host', pod('p', { hostNetwork: true }), ['fits', 'fits', 'fits']],
])('NodeDeclaredFeatures: %s', (_, wanted, [none, restart, both]) =>
  expect(alone(NAME).verdicts(wanted, world(nodes))).toEqual({ none, restart, both }),
);

test.each<[string, typeof Node | typeof Pod, ReturnType<typeof changed>, boolean]>([
  ['a node comes', Node, changed(node('n')), true],
  ['a node declares more', Node, changed(declaring('n', RESTART), declaring('n')), true],
  ['a node changes otherwise', Node, changed(declaring('n', RESTART), declaring('n', RESTART)), false],
  ['the pod needs something else', Pod, changed(pod('p'), restarting), true],
  ['the pod needs the same', Pod, changed(restarting, restarting), false],
  ['another pod needs something else', Pod, changed(pod('q'), { ...restarting, metadata: pod('q').metadata }), false],
])('what may help: %s', (_, on, change, expected) =>
  expect(alone(NAME).helps(restarting, { on: on as never, change, world: world([]) })).toBe(expected),
);
