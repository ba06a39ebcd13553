import type { corev1 } from '#api';
import { existingPodWarnings } from './existing-pods.js';

const pod = (name: string, spec: Partial<corev1.PodSpec>, controller?: string): { object: corev1.Pod } => {
  const owner = { apiVersion: 'v1', kind: 'X', name: 'x', uid: controller ?? '', controller: true };
  const metadata = { name, ...(controller === undefined ? {} : { ownerReferences: [owner] }) };
  return { object: { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], ...spec } } };
};
const check = (pods: Array<{ object: corev1.Pod }>) =>
  existingPodWarnings({
    namespace: 'ns',
    enforce: { level: 'baseline', version: 'v1.30' },
    pods,
    exemptClasses: new Set(['exempt']),
    giveWay: () => undefined,
  });

const HEAD = 'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:v1.30"';
const many = (count: number, spec: Partial<corev1.PodSpec>, controller?: string) =>
  Array.from({ length: count }, (_, i) => pod(`p${i}`, spec, controller));

test.each<[string, Array<{ object: corev1.Pod }>, string[]]>([
  ['none', [], []],
  ['a pod that passes', [pod('a', {})], []],
  ['a pod of an exempt runtime class', [pod('a', { hostPID: true, runtimeClassName: 'exempt' })], []],
  ['one pod', [pod('a', { hostPID: true })], [HEAD, 'a: host namespaces']],
  ['two pods', [pod('b', { hostPID: true }), pod('a', { hostIPC: true })], [HEAD, 'a (and 1 other pod): host namespaces']],
  [
    'several kinds of violations',
    [
      ...many(3, { hostPID: true }),
      pod('z', { hostPID: true, volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
      pod('c', { volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
    ],
    [HEAD, 'c: hostPath volumes', 'p0 (and 2 other pods): host namespaces', 'z: host namespaces, hostPath volumes'],
  ],
  [
    'more pods than are checked, one of each controller first',
    [...many(4000, {}, 'u'), pod('q', { hostPID: true }, 'v')],
    ['new PodSecurity enforce level only checked against the first 3000 of 4001 existing pods', HEAD, 'q: host namespaces'],
  ],
  [
    'more containers than are checked',
    [pod('a', { containers: Array.from({ length: 100_000 }, () => ({ name: 'c' })) }), pod('b', { hostPID: true })],
    ['new PodSecurity enforce level only checked against the first 1 of 2 existing pods'],
  ],
])('%s', async (_, pods, want) => {
  expect(await check(pods)).toEqual(want);
});
