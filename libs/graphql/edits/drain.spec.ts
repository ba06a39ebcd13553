import type { corev1 } from '#api';
import { drainFate, drainStops } from './drain.js';

const careful = { ignoreDaemonSets: true, deleteEmptyDirData: false, force: false };
const controlled = (kind: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'u', controller: true }] });
const pod = (metadata: object, spec: object = {}, phase = 'Running') =>
  ({ metadata: { name: 'p', ...metadata }, spec, status: { phase } }) as unknown as corev1.Pod;
const emptyDir = { volumes: [{ name: 'v', emptyDir: {} }] };

test.each<[string, corev1.Pod, object, object]>([
  ['a ReplicaSet’s', pod(controlled('ReplicaSet')), {}, { do: 'evict' }],
  ['a DaemonSet’s', pod(controlled('DaemonSet')), {}, { do: 'leave' }],
  ['a DaemonSet’s, not ignored', pod(controlled('DaemonSet')), { ignoreDaemonSets: false }, { do: 'stop' }],
  ['a static one', pod({ annotations: { 'kubernetes.io/config.mirror': 'x' } }), {}, { do: 'leave' }],
  ['one that has ended', pod({}, emptyDir, 'Succeeded'), {}, { do: 'evict' }],
  ['with files', pod(controlled('ReplicaSet'), emptyDir), {}, { do: 'stop' }],
  ['with files that may go', pod(controlled('ReplicaSet'), emptyDir), { deleteEmptyDirData: true }, { do: 'evict' }],
  ['nobody’s', pod({}), {}, { do: 'stop' }],
  ['nobody’s, by force', pod({}), { force: true }, { do: 'evict' }],
])('a pod, %s', (_what, of, options, fate) => expect(drainFate(of, { ...careful, ...options })).toMatchObject(fate));

test('why nothing is drained: each reason once, with its pods', () => {
  const fates = (count: number, because: string) =>
    Array.from({ length: count }, (_, index) => ({
      pod: pod({ namespace: 'd', name: `p${index}` }),
      fate: { do: 'stop', because } as const,
    }));
  expect(drainStops([...fates(2, 'a'), { pod: pod({}), fate: { do: 'evict' } }, ...fates(1, 'b')])).toBe('a: d/p0, d/p1; b: d/p0');
  expect(drainStops(fates(12, 'a'))).toMatch(/^a: d\/p0, .* d\/p9 and 2 more$/);
  expect(drainStops([])).toBeUndefined();
});
