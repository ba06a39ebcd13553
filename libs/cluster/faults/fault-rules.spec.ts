import { expect, test } from '@jest/globals';
import type { FaultList } from './fault.js';
import { type FaultWords, faultRequestOf, faultWords } from './fault-request.js';
import { withFault } from './fault-rules.js';

const YEAR = 8_760 * 3_600_000;
const has = (node: string) => /^(cp|worker)-\d$/.test(node);
const nodes = { has, controlPlane: ['cp-1', 'cp-2'], madeAt: () => YEAR, cloudManager: 'nowhere' as const };
const history = { seed: '', members: nodes.controlPlane, etcd: { leader: 0, term: 2 }, impairments: [], changedAt: 0, leaders: {} };
const none: FaultList = { apiVersion: 'orrery/v1', kind: 'FaultList', metadata: { name: 'faults' }, next: 1, faults: [], history };
const injected = (words: FaultWords, list = none): FaultList => withFault(list, faultRequestOf(words), { nodes, now: YEAR });

test.each<[FaultWords, string]>([
  [{ type: 'explode' }, 'type: must be one of'],
  [{ type: 'stop', component: 'kube-proxy' }, 'component: must be one of'],
  [{ type: 'crash' }, 'crash needs a component'],
  [{ type: 'crash', component: 'kubelet', node: 'worker-1' }, 'systemd restarts a kubelet at once: it can be stopped or paused'],
  [{ type: 'crash', component: 'etcd', exitCode: 256 }, 'exitCode: must be from 0 to 255'],
  [{ type: 'stop', component: 'etcd', exitCode: 2 }, 'only a crash has an exit code'],
  [{ type: 'crash', component: 'etcd', node: 'worker-1' }, 'etcd does not run on worker-1'],
  [{ type: 'slow', component: 'kube-scheduler' }, 'delay: must be given'],
  [{ type: 'slow', component: 'kube-scheduler', delay: '2' }, 'delay: must be a duration from 1ms to 1h such as 30s'],
  [{ type: 'slow', component: 'kube-scheduler', delay: '61m' }, 'delay: must be a duration from 1ms to 1h such as 30s'],
  [{ type: 'slow', node: 'cp-1', delay: '2s' }, 'slow needs a component'],
  [{ type: 'slow', component: 'etcd', delay: '7s' }, 'delay: must be at most 6s: its clients give up their requests after 7s'],
  [{ type: 'slow', component: 'kube-apiserver', delay: '10s' }, 'delay: must be at most 9s: kubelets and leaders give up their requests'],
  [{ type: 'slow', component: 'kube-apiserver', node: 'worker-1', delay: '1s' }, 'kube-apiserver does not run on worker-1'],
  [{ type: 'stop', component: 'etcd', delay: '2s' }, 'only slow and slow-pull have a delay'],
  [{ type: 'fill-disk' }, 'the node must be named'],
  [{ type: 'fill-disk', component: 'kube-scheduler' }, 'only nodes and members of etcd have a disk to fill'],
  [{ type: 'skew-clock', node: 'worker-1' }, 'skew: must be given'],
  [{ type: 'skew-clock', node: 'worker-1', skew: 'soon' }, 'skew: must be a duration of at most 87600h such as -48h'],
  [{ type: 'skew-clock', node: 'worker-1', skew: '900ms' }, 'skew: must be at least 1s: objects tell whole seconds'],
  [{ type: 'skew-clock', component: 'etcd', skew: '1h' }, 'nodes have a clock: one must be named'],
  [{ type: 'slow-pull', node: 'worker-1' }, 'delay: must be given'],
  [{ type: 'fail-pull', component: 'kubelet', node: 'worker-1' }, 'images are pulled by nodes, not by components'],
  [{ type: 'fail-pull', image: 'ngi nx' }, 'image: must be an image; * stands for any text'],
  [{ type: 'fail-pull', image: 'a'.repeat(256) }, 'image: must be an image; * stands for any text'],
  [{ type: 'stop', component: 'etcd', image: 'nginx' }, 'only slow-pull and fail-pull have an image'],
  [{ type: 'corrupt-manifest', component: 'kubelet', node: 'cp-1' }, 'corrupt-manifest needs one of the components'],
  [{ type: 'corrupt-manifest', component: 'etcd' }, 'the node must be named'],
  [{ type: 'corrupt-data', component: 'kube-apiserver', node: 'cp-1' }, 'only members of etcd have data to corrupt'],
  [{ type: 'corrupt-data', component: 'etcd', node: 'nowhere' }, 'there is no node nowhere'],
  [{ type: 'stop', component: 'cloud-controller-manager' }, 'there is no cloud-controller-manager: the nodes are machines of no cloud'],

  [{ type: 'crash', component: 'cloud-controller-manager' }, 'there is no cloud-controller-manager: the nodes are machines of no cloud'],
])('a fault that nothing would feel is refused: %j', (words, message) => {
  expect(() => injected(words)).toThrow(message);
});

test.each<FaultWords>([
  { type: 'crash', component: 'kube-apiserver', node: 'cp-2', exitCode: 137 },
  { type: 'slow', component: 'kubelet', node: 'worker-1', delay: '1.5s' },
  { type: 'slow', component: 'etcd', node: 'cp-1', delay: '300ms' },
  { type: 'slow', component: 'kube-apiserver', delay: '2s' },
  { type: 'skew-clock', node: 'worker-1', skew: '-1h0m0s' },
  { type: 'skew-clock', node: 'worker-1', skew: '8761h0m0s' },
  { type: 'skew-clock', node: 'worker-1', skew: '30s' },
  { type: 'slow-pull', image: 'registry.k8s.io/*', delay: '30s' },
  { type: 'corrupt-data', component: 'etcd', node: 'cp-2' },
])('%j is told as it was asked for, with what can be seen of it', (words) => {
  const [fault] = injected(words).faults;
  expect(fault && faultWords(fault)).toEqual({
    id: 'fault-1',
    ...words,
    since: YEAR,
    symptoms: expect.arrayContaining([expect.any(String)]),
  });
});

test.each<[FaultWords, string | undefined]>([
  [{ type: 'slow', component: 'cloud-controller-manager', delay: '1m0s' }, undefined],
  [{ type: 'crash', component: 'cloud-controller-manager' }, 'it can be stopped, paused and slowed'],
  [{ type: 'corrupt-manifest', component: 'cloud-controller-manager', node: 'cp-1' }, 'it can be stopped, paused and slowed'],
  [{ type: 'stop', component: 'cloud-controller-manager', node: 'cp-1' }, 'it can be stopped, paused and slowed'],
])('cloud-controller-manager is in pods, or outside of a cluster of a former version: %j', (words, message) => {
  const inject = (cloudManager: 'outside' | 'static-pods') => () =>
    withFault(none, faultRequestOf(words), { nodes: { ...nodes, cloudManager }, now: YEAR });
  expect(inject('static-pods')).not.toThrow();
  if (message === undefined) expect(inject('outside')).not.toThrow();
  else expect(inject('outside')).toThrow(message);
});

test('a process fails in one way at a time, a node in several', () => {
  const crashing = injected({ type: 'crash', component: 'etcd', node: 'cp-1' });
  expect(() => injected({ type: 'corrupt-data', component: 'etcd', node: 'cp-1' }, crashing)).toThrow('fault-1 concerns the same part');
  const more = injected({ type: 'fail-pull', node: 'worker-1', image: 'a' }, injected({ type: 'fill-disk', node: 'worker-1' }, crashing));
  expect(injected({ type: 'fail-pull', node: 'worker-1', image: 'b' }, more).faults.map(({ id }) => id)).toEqual([
    'fault-1',
    'fault-2',
    'fault-3',
    'fault-4',
  ]);
});
