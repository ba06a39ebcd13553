import { describe, expect, it } from '@jest/globals';
import { type DiskTimes, diskTimesAt, hasSlowDisk } from './disk-times.js';
import type { Hold } from './fault.js';

const members = ['a', 'b'];
const slow = (delay: number, node?: string): Hold => ({ type: 'slow', component: 'etcd', since: 0, delay, ...(node ? { node } : {}) });

describe('the times of the disks of etcd', () => {
  it.each<[string, DiskTimes | undefined, Hold[], DiskTimes | undefined]>([
    ['are not counted before one is slow', undefined, [slow(50)], undefined],
    ['of writes while none is', { revision: 7, slow: [] }, [], { revision: 9, slow: [] }],
    [
      'of the writes of a slow one',
      { revision: 7, slow: [] },
      [slow(50, 'b')],
      { revision: 9, slow: [{ node: 'b', delay: 50, writes: 2 }] },
    ],
    [
      'of all',
      { revision: 7, slow: [{ node: 'a', delay: 50, writes: 3 }] },
      [slow(50)],
      {
        revision: 9,
        slow: [
          { node: 'a', delay: 50, writes: 5 },
          { node: 'b', delay: 50, writes: 2 },
        ],
      },
    ],
    ['without any write', { revision: 9, slow: [] }, [slow(50)], { revision: 9, slow: [] }],
  ])('%s', (_, before, holds, after) => {
    expect(diskTimesAt(before, { holds, members, revision: 9 })).toEqual(after);
  });

  it('are remembered of some delays; others are counted with the nearest', () => {
    const delays = Array.from({ length: 40 }, (_, at) => 10 * (at + 1));
    const times = delays.reduce<DiskTimes | undefined>(
      (known, delay, at) => diskTimesAt(known, { holds: [slow(delay, 'a')], members, revision: at + 1 }),
      { revision: 0, slow: [] },
    );
    expect([times?.slow.length, times?.slow.at(-1)]).toEqual([16, { node: 'a', delay: 160, writes: 25 }]);
    expect(times?.slow.reduce((sum, { writes }) => sum + writes, 0)).toBe(40);
  });

  it.each([
    [[slow(50, 'a')], true],
    [[slow(50, 'x')], false],
    [[], false],
  ])('%j are of a slow disk: %p', (holds, is) => {
    expect(hasSlowDisk(holds, members)).toBe(is);
  });
});
