import { describe, expect, it } from '@jest/globals';
import { type EtcdState, etcdStates, stateAt } from './etcd.js';
import type { ControlPlaneHistory, Impairment } from './history.js';

const sound = { stopped: [], paused: [], cuts: [] };

function statesOf(size: number, ...impairments: Impairment[]): EtcdState[] {
  const members = Array.from({ length: size }, (_, index) => `cp-${index + 1}`);
  const history: ControlPlaneHistory = {
    seed: 'spec',
    members,
    etcd: { leader: 0, term: 7 },
    impairments,
    changedAt: 0,
    leaders: {},
  };
  return etcdStates(history);
}

const lines = (states: readonly EtcdState[]): string[] =>
  states.map(({ at, leader, members }) => {
    const each = members.map(({ role, term, leader: known }) => (role === 'stopped' ? role : `${role}/${term}/${known ?? '-'}`));
    return `${at} ${leader ?? '-'}: ${each.join(' ')}`;
  });

describe('the members of etcd', () => {
  it('agree while nothing is wrong', () => {
    expect(lines(statesOf(3))).toEqual(['0 0: leader/7/0 follower/7/0 follower/7/0']);
  });

  it('replace one that has lost its data: it is removed, added as a learner, and promoted when it is in sync', () => {
    const lost = { at: 0, ...sound, stopped: [2], lost: [2] };
    expect(lines(statesOf(3, lost, { at: 10_000, ...sound }))).toEqual([
      '10000 0: leader/7/0 follower/7/0 learner/0/-',
      '10200 0: leader/7/0 follower/7/0 learner/7/0',
      '10300 0: leader/7/0 follower/7/0 follower/7/0',
    ]);
  });

  it('without a quorum of the others are restored with what they had', () => {
    const lost = { at: 0, ...sound, stopped: [1, 2], lost: [1, 2] };
    const states = statesOf(3, lost, { at: 10_000, ...sound });
    const last = states[states.length - 1] as EtcdState;
    expect([last.leader === undefined, last.members.map(({ role }) => role).sort()]).toEqual([false, ['follower', 'follower', 'leader']]);
  });

  it('elect another leader when theirs is cut off, which resigns; when the cut is healed it follows the new one', () => {
    const cut = { at: 0, ...sound, cuts: [[0, 1] as const, [0, 2] as const] };
    const apart = statesOf(3, cut);
    expect(lines(apart).slice(0, 1)).toEqual(['0 -: leader/7/0 follower/7/0 follower/7/0']);
    const last = apart[apart.length - 1] as EtcdState;
    expect([last.members[0]?.role, last.members[0]?.term, last.leader === undefined]).toEqual(['preCandidate', 7, false]);
    const healed = statesOf(3, cut, { at: 60_000, ...sound });
    expect(healed.map(({ at }) => at >= 60_000)).not.toContain(false);
    const [first] = healed;
    expect(first?.leader).toBe(last.leader);
    const end = stateAt(healed, 120_000);
    expect(end.members.map(({ leader }) => leader)).toEqual([last.leader, last.leader, last.leader]);
  });

  it.each([
    [3, 1, true],
    [3, 2, false],
    [5, 2, true],
    [5, 3, false],
    [7, 3, true],
    [7, 4, false],
  ])('of %i with %i stopped: written is %p', (size, stopped, writes) => {
    const states = statesOf(size, { at: 0, ...sound, stopped: Array.from({ length: stopped }, (_, member) => member) });
    expect(stateAt(states, 60_000).leader !== undefined).toBe(writes);
  });

  it('take the lead from a member whose disk is slower than an election, which follows when it learns of it', () => {
    const states = statesOf(3, { at: 0, ...sound, slow: [[0, 5_000] as const] });
    expect(lines(states)).toEqual([
      '0 0: leader/7/0 follower/7/0 follower/7/0',
      '1900 -: leader/7/0 candidate/8/- candidate/8/-',
      '3300 1: leader/7/0 leader/9/1 follower/9/1',
      '5000 1: follower/9/1 leader/9/1 follower/9/1',
    ]);
  });

  it.each([
    ['the only one leads all the same', 1, [[0, 5_000] as const], 0],
    ['a follower is not missed', 3, [[2, 5_000] as const], 0],
  ])('are slow: %s', (_, size, slow, leader) => {
    const states = statesOf(size, { at: 0, ...sound, slow });
    expect(states.map((state) => state.leader)).toEqual([leader]);
  });

  it('are the same in every process', () => {
    const impairment = { at: 5, ...sound, stopped: [0], cuts: [[1, 2] as const] };
    expect(statesOf(5, impairment)).toEqual(statesOf(5, impairment));
  });
});
