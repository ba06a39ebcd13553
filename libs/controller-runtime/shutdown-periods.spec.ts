import { expect, test } from '@jest/globals';
import { shutdownPeriods } from './shutdown-periods.js';

test.each<[string, Record<string, unknown>, Array<[priority: number, seconds: number]>]>([
  ['nothing', {}, []],
  ['no time', { shutdownGracePeriod: '0s', shutdownGracePeriodCriticalPods: '0s' }, []],
  [
    'time for all and for critical pods',
    { shutdownGracePeriod: '30s', shutdownGracePeriodCriticalPods: '10s' },
    [
      [0, 20],
      [2_000_000_000, 10],
    ],
  ],
  ['more for critical pods than for all', { shutdownGracePeriod: '10s', shutdownGracePeriodCriticalPods: '30s' }, []],
  [
    'by priority, in any order',
    {
      shutdownGracePeriod: '30s',
      shutdownGracePeriodByPodPriority: [
        { priority: 1000, shutdownGracePeriodSeconds: 5 },
        { priority: 0, shutdownGracePeriodSeconds: 60 },
      ],
    },
    [
      [0, 60],
      [1000, 5],
    ],
  ],
  ['other things', { shutdownGracePeriod: 30, shutdownGracePeriodByPodPriority: [1, null, { priority: 'a' }] }, []],
])('%s', (_, configuration, want) => {
  expect(shutdownPeriods(configuration).map(({ priority, seconds }) => [priority, seconds])).toEqual(want);
});
