import { expect, test } from '@jest/globals';
import { evictionSettings } from './thresholds.js';

const GIGA = 1024 ** 3;
const MEGA = 1024 ** 2;

/** Each threshold: resource, its value of 10 Gi, its grace period, what is to be reclaimed. */
const thresholds = (configuration: Record<string, unknown>) =>
  evictionSettings(configuration).thresholds.map(({ resource, value, grace, reclaim }) => [
    resource,
    value(10 * GIGA),
    grace,
    reclaim(10 * GIGA),
  ]);

test.each<[string, Record<string, unknown>, unknown[][]]>([
  [
    'the defaults',
    {},
    [
      ['memory', 100 * MEGA, undefined, 0],
      ['ephemeral-storage', GIGA, undefined, 0],
    ],
  ],
  ['those that are given replace the defaults', { evictionHard: { 'pid.available': '20%' } }, [['pids', 2 * GIGA, undefined, 0]]],
  [
    'soft ones have a grace period, and something to reclaim',
    {
      evictionHard: { 'memory.available': '200Mi' },
      evictionSoft: { 'memory.available': '500Mi', 'nodefs.available': '15%' },
      evictionSoftGracePeriod: { 'memory.available': '1m30s' },
      evictionMinimumReclaim: { 'memory.available': '100Mi' },
    },
    [
      ['memory', 200 * MEGA, undefined, 100 * MEGA],
      ['memory', 500 * MEGA, 90_000, 100 * MEGA],
    ],
  ],
  ['what cannot be read is left out', { evictionHard: { 'memory.available': 'much', 'nodefs.available': 5 }, evictionSoft: 'x' }, []],
])('%s', (_, configuration, want) => {
  expect(thresholds(configuration)).toEqual(want);
});

test('how long conditions last, and how long pods have', () => {
  const of = (configuration: Record<string, unknown>) => {
    const { transition, softGrace } = evictionSettings(configuration);
    return [transition, softGrace];
  };
  expect(of({})).toEqual([300_000, 0]);
  expect(of({ evictionPressureTransitionPeriod: '30s', evictionMaxPodGracePeriod: 60 })).toEqual([30_000, 60]);
  expect(of({ evictionPressureTransitionPeriod: '0s', evictionMaxPodGracePeriod: 'x' })).toEqual([300_000, 0]);
});
