import { expect, it } from '@jest/globals';
import type { Fault, FaultList } from './fault.js';
import { afterRestarts, nextRestart, withRestarts } from './restarts.js';

const pause = (more: Partial<Fault> = {}): Fault => ({ id: 'fault-1', type: 'pause', component: 'etcd', since: 0, ...more });
const members = ['cp-1', 'cp-2'];
const history = { seed: '', members, etcd: { leader: 0, term: 2 }, impairments: [], changedAt: 0, leaders: {} };
const listOf = (...faults: Fault[]): FaultList => ({
  ...{ apiVersion: 'orrery/v1', kind: 'FaultList', metadata: { name: 'faults' }, next: 9 },
  faults,
  history,
});
const kubelet = (type: 'stop' | 'pause', node: string): Fault => ({ id: 'fault-2', type, component: 'kubelet', node, since: 0 });
const killedAt = async ({ node }: { node: string }) => (node === 'cp-1' ? 100 : 200);

it.each<[string, Fault[], Array<Fault['restarts']>]>([
  ['on one node', [pause({ node: 'cp-2' })], [{ 'cp-2': 200 }]],
  ['on all', [pause()], [{ 'cp-1': 100, 'cp-2': 200 }]],
  ['known already', [pause({ node: 'cp-1', restarts: { 'cp-1': 50 } })], [{ 'cp-1': 50 }]],
  ['on one, of which the kubelet is stopped', [pause({ restarts: { 'cp-1': 50 } }), kubelet('stop', 'cp-1')], [{ 'cp-2': 200 }, undefined]],
  ['on all, of which one is restarted', [pause({ restarted: ['cp-2'] })], [{ 'cp-1': 100 }]],
  ['the kubelet, which nobody restarts', [kubelet('pause', 'cp-1')], [undefined]],
  ['a process that is stopped, not paused', [{ ...pause(), type: 'stop' }], [undefined]],
])('restarts of processes that are paused %s', async (_, faults, restarts) => {
  expect((await withRestarts(listOf(...faults), killedAt)).faults.map((fault) => fault.restarts)).toEqual(restarts);
});

it('a list that stays the same is the same', async () => {
  const list = listOf(pause({ node: 'cp-1', restarts: { 'cp-1': 50 } }));
  expect(await withRestarts(list, killedAt)).toBe(list);
  expect([afterRestarts(list, 49), nextRestart(list.faults), nextRestart([])]).toEqual([list, 50, undefined]);
});

it('a fault ends with the restart of its last process', () => {
  const list = listOf(pause({ restarts: { 'cp-1': 100, 'cp-2': 200 } }));
  const first = afterRestarts(list, 150);
  expect(first.faults).toEqual([pause({ restarted: ['cp-1'], restarts: { 'cp-2': 200 } })]);
  expect(afterRestarts(first, 200).faults).toEqual([]);
});
