import { expect, it } from '@jest/globals';
import type { Hold } from './fault.js';
import { hangsAfter, leaderChangesThrough, type PastHang } from './history.js';

const state = (at: number, leader?: number) => (leader === undefined ? { at } : { at, leader });

it.each([
  ['none', [state(0, 0)], { count: 3, leader: 0 }],
  ['none, after a time without a leader', [state(0, 0), state(5), state(6, 0)], { count: 3, leader: 0 }],
  ['one', [state(0, 0), state(5), state(6, 2)], { count: 4, leader: 2 }],
  ['two', [state(0, 1), state(6, 2)], { count: 5, leader: 2 }],
  ['one that is to come', [state(0, 0), state(11, 2)], { count: 3, leader: 0 }],
])('changes of the leader of etcd: %s', (_, states, changes) => {
  expect(leaderChangesThrough({ count: 3, leader: 0 }, states, 10)).toEqual(changes);
});

const pause = (more: Partial<Hold> = {}): Hold => ({ type: 'pause', component: 'etcd', node: 'cp-1', since: 5, ...more });
const past: PastHang = { component: 'etcd', node: 'cp-1', since: 1, until: 2 };

it.each<[string, Hold[], Hold[], PastHang[]]>([
  ['goes on', [pause()], [pause()], [past]],
  ['is continued', [pause()], [], [{ ...past, since: 5, until: 10 }]],
  ['is killed', [pause({ restarts: { 'cp-1': 9 } })], [], [{ ...past, since: 5, until: 10, killed: true }]],
  ['is on another node', [pause({ node: 'cp-2' })], [], [past, { ...past, node: 'cp-2', since: 5, until: 10 }]],
])('a hang that %s is remembered as such', (_, before, after, hangs) => {
  expect(hangsAfter({ members: ['cp-1', 'cp-2'], hangs: [past] }, { before, after, now: 10 })).toEqual(hangs);
});
