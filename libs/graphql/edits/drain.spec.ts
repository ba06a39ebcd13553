import type { corev1 } from '#api';
import { drainFate } from './drain.js';

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
