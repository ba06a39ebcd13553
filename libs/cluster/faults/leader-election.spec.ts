import { describe, expect, it } from '@jest/globals';
import { defaultElection, type LeaderElection } from '#apiserver';
import { type LeaderBase, type Leadership, leadershipAt, nextBase } from './leader-election.js';

const base: LeaderBase = { holder: 0, renewed: 100_000, ended: false, transitions: 3 };
/** Instance 2 tries first. */
const draw = (instance: number) => [0.9, 0.5, 0.1][instance] ?? 0;
const standard = defaultElection('kube-scheduler');
/** With other flags. */
const flagged = (flags: Partial<LeaderElection>): LeaderElection => ({ ...standard, ...flags });

describe('a leader election', () => {
  it.each([
    ['the holder goes on', base, [0, 1, 2], 100_000, 999_000, { holder: 0, transitions: 3, active: true }],
    ['the holder goes on after a short pause', base, [0], 110_000, 110_000, { holder: 0, transitions: 3, active: true }],
    ['the Lease has not run out', base, [1, 2], 100_000, 114_999, { holder: 0, transitions: 3, active: false, takeover: 115_200 }],
    ['who tries first takes over', base, [1, 2], 100_000, 115_200, { holder: 2, transitions: 4, active: true, acquired: 115_200 }],
    ['nobody is left', base, [], 100_000, 999_000, { holder: 0, transitions: 3, active: false }],
    [
      'a new process of the same instance waits',
      { ...base, ended: true },
      [0],
      105_000,
      116_799,
      { holder: 0, transitions: 3, active: false, takeover: 116_800 },
    ],
    [
      'who comes up when the Lease has run out takes it at once',
      { ...base, ended: true },
      [0],
      200_000,
      200_000,
      { holder: 0, transitions: 4, active: true, acquired: 200_000 },
    ],
    [
      'a holder that was paused for longer than it may renew takes part again',
      base,
      [0],
      110_001,
      110_001,
      { holder: 0, transitions: 3, active: false, takeover: 116_800 },
    ],
  ])('%s', (_, from, able, changedAt, now, expected) => {
    expect(leadershipAt(from, { able, changedAt, now, draw, held: standard, of: () => standard })).toEqual(expected);
  });

  const gone = { ...base, ended: true };
  it.each<[string, LeaderBase, Partial<LeaderElection>, Partial<LeaderElection>, number, Leadership]>([
    [
      'a holder that renews for longer',
      base,
      { leaseDuration: 60_000, renewDeadline: 40_000 },
      {},
      139_000,
      { holder: 0, transitions: 3, active: true },
    ],
    [
      'a Lease that lasts for longer, and a new process that tries less often',
      gone,
      { leaseDuration: 60_000, renewDeadline: 40_000 },
      { retryPeriod: 5_000 },
      105_000,
      { holder: 0, transitions: 3, active: false, takeover: 164_500 },
    ],
    ['a holder that elects nobody', base, { elects: false }, {}, 180_000, { holder: 0, transitions: 3, active: true }],
    [
      'a process that elects nobody any more',
      gone,
      {},
      { elects: false },
      105_000,
      { holder: 0, transitions: 4, active: true, acquired: 105_000 },
    ],
    ['one that elects again', gone, { elects: false }, {}, 105_000, { holder: 0, transitions: 4, active: true, acquired: 105_000 }],
    ['one with a Lease of its own', gone, {}, { name: 'own' }, 105_000, { holder: 0, transitions: 4, active: true, acquired: 105_000 }],
    ['the same name elsewhere', gone, {}, { namespace: 'own' }, 105_000, { holder: 0, transitions: 4, active: true, acquired: 105_000 }],
  ])('by flags: %s', (_, from, held, tries, changedAt, expected) => {
    const of = () => flagged(tries);
    expect(leadershipAt(from, { able: [0], changedAt, now: changedAt, draw, held: flagged(held), of })).toEqual(expected);
  });

  it.each([
    ['active until now', { holder: 2, transitions: 4, active: true }, false, { holder: 2, renewed: 5, ended: false, transitions: 4 }],
    ['stopped now', { holder: 0, transitions: 3, active: true }, true, { holder: 0, renewed: 5, ended: true, transitions: 3 }],
    ['gone before', { holder: 0, transitions: 3, active: false }, false, { holder: 0, renewed: 100_000, ended: false, transitions: 3 }],
  ])('when the faults change: %s', (_, at, stopped, expected) => {
    expect(nextBase(base, at, { now: 5, ended: () => stopped })).toEqual(expected);
  });
});
