import { expect, it } from '@jest/globals';
import { laterBoot, withBoots } from './boots.js';
import type { Fault, FaultList } from './fault.js';

const history = { seed: '', members: ['cp'], etcd: { leader: 0, term: 2 }, impairments: [], changedAt: 0, leaders: {} };
const listOf = (...faults: Fault[]): FaultList => ({
  ...{ apiVersion: 'orrery/v1', kind: 'FaultList', metadata: { name: 'faults' }, next: 9 },
  faults,
  history,
});
const fault = (words: Partial<Fault>): Fault => ({ id: 'fault-1', type: 'stop', node: 'n', since: 1_000, ...words });
const graceful = { shutdownGracePeriod: '30s' };

it.each<[string, Fault, Record<string, unknown>, unknown]>([
  ['stopped', fault({}), {}, [{ node: 'n', id: 'fault-1', off: 1_000, at: 20_000 }]],
  ['of which the kubelet was stopped', fault({ component: 'kubelet' }), {}, undefined],
  ['cut off', fault({ type: 'cut' }), {}, undefined],
  ['shut down', fault({ type: 'shutdown' }), {}, [{ node: 'n', id: 'fault-1', off: 1_000, at: 20_000 }]],
  ['of which the shutdown was cancelled in time', fault({ type: 'shutdown' }), graceful, undefined],
])('the start of a machine that was %s', async (_, healed, configuration, boots) => {
  const options = { configurationOf: async () => configuration, now: 20_000 };
  expect((await withBoots(listOf(healed), listOf(), options)).boots).toEqual(boots);
  expect((await withBoots(listOf(healed), listOf(healed), options)).boots).toBeUndefined();
});

it('the last start of each machine is kept', async () => {
  const options = { configurationOf: async () => ({}), now: 20_000 };
  const first = await withBoots(listOf(fault({}), fault({ id: 'fault-2', node: 'm' })), listOf(), options);
  const next = await withBoots({ ...listOf(fault({ id: 'fault-3' })), boots: first.boots ?? [] }, first, { ...options, now: 30_000 });
  expect(next.boots?.map(({ node, id, at }) => [node, id, at])).toEqual([
    ['m', 'fault-2', 20_000],
    ['n', 'fault-3', 30_000],
  ]);
});

it('what was paused on a machine that is started runs again', async () => {
  const others = [
    fault({ id: 'fault-2', type: 'pause', component: 'kubelet' }),
    fault({ id: 'fault-3', type: 'pause', component: 'kube-scheduler', node: 'cp', restarts: { cp: 90_000 } }),
    fault({ id: 'fault-4', type: 'pause', component: 'kubelet', node: 'm' }),
    fault({ id: 'fault-5', component: 'kubelet' }),
  ];
  const before = listOf(fault({}), fault({ id: 'fault-0', node: 'cp' }), ...others);
  const after = await withBoots(before, listOf(...others), { configurationOf: async () => ({}), now: 20_000 });
  expect(after.faults.map(({ id }) => id)).toEqual(['fault-4', 'fault-5']);
});

it.each([
  ['one after the other', [10, 20], [30, 40], { id: 'b', off: 30, at: 40 }],
  ['both at a time', [10, 35], [30, 40], { id: 'b', off: 10, at: 40 }],
  ['one within the other', [10, 40], [20, 30], { id: 'a', off: 10, at: 40 }],
])('a machine that was off for two reasons, %s', (_, [off = 0, at = 0], [off2 = 0, at2 = 0], expected) => {
  expect(laterBoot({ id: 'a', off, at }, { id: 'b', off: off2, at: at2 })).toEqual(expected);
});
