import { forbiddenLabels } from './node-labels.js';

test.each<[Record<string, string> | undefined, Record<string, string> | undefined, string[]]>([
  [undefined, undefined, []],
  [{ 'example.com/a': 'x', a: 'x' }, {}, []],
  [{ 'kubernetes.io/hostname': 'x', 'node.kubernetes.io/a': 'x', 'a.kubelet.kubernetes.io/b': 'x' }, {}, []],
  [{ 'node-role.kubernetes.io/x': '', 'k8s.io/y': '' }, {}, ['k8s.io/y', 'node-role.kubernetes.io/x']],
  [
    { 'node-restriction.kubernetes.io/x': 'a', 'a.node-restriction.kubernetes.io/x': 'a' },
    {},
    ['a.node-restriction.kubernetes.io/x', 'node-restriction.kubernetes.io/x'],
  ],
  [{ 'k8s.io/y': 'a' }, { 'k8s.io/y': 'a' }, []],
  [{ 'k8s.io/y': 'a' }, { 'k8s.io/y': 'b' }, ['k8s.io/y']],
  [undefined, { 'k8s.io/y': 'b' }, ['k8s.io/y']],
  [{ 'notk8s.io/y': 'a' }, {}, []],
])('%j after %j', (now, before, want) => {
  expect(forbiddenLabels(now, before)).toEqual(want);
});
