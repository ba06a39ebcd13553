import type { corev1 } from '#api';
import { significant } from './significant.js';

const of = (spec: Partial<corev1.PodSpec>): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: { containers: [{ name: 'c', image: 'a' }], ...spec },
});
const debug = (name: string, image: string) => ({ ephemeralContainers: [{ name, image }] });

test.each<[string, Partial<corev1.PodSpec>, Partial<corev1.PodSpec>, boolean]>([
  ['nothing', {}, {}, false],
  ['a toleration', { tolerations: [{ operator: 'Exists' }] }, {}, false],
  ['an image', { containers: [{ name: 'c', image: 'b' }] }, {}, true],
  ['the number of containers', { containers: [] }, {}, true],
  ['an init container', { initContainers: [{ name: 'i', image: 'a' }] }, {}, true],
  ["an init container's image", { initContainers: [{ name: 'i', image: 'a' }] }, { initContainers: [{ name: 'i', image: 'b' }] }, true],
  ['an ephemeral container', debug('e', 'a'), {}, true],
  ['another ephemeral container', debug('e', 'a'), debug('f', 'a'), true],
  ["an ephemeral container's image", debug('e', 'a'), debug('e', 'b'), true],
  ['ephemeral containers that stay', debug('e', 'a'), debug('e', 'a'), false],
])('%s', (_, now, before, want) => {
  expect(significant(of(now), of(before))).toBe(want);
});
