import { expect, it } from '@jest/globals';
import type { batchv1 } from '#api';
import { formatTime, parseTime } from '#apimachinery';
import { dueStarts, scheduleOf, untilNextStart } from './schedule.js';
import { timeInZone } from './scheduled-time.js';

const time = (text: string): number => parseTime(text.length === 10 ? `${text}T00:00:00Z` : `${text}:00Z`) ?? 0;

function cronJob(schedule: string, created: string, more: { last?: string; deadline?: number } = {}): batchv1.CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c', creationTimestamp: formatTime(time(created)) },
    spec: {
      schedule,
      jobTemplate: {},
      ...(more.deadline === undefined ? {} : { startingDeadlineSeconds: more.deadline }),
    },
    status: more.last === undefined ? {} : { lastScheduleTime: formatTime(time(more.last)) },
  };
}

// Cases of cronjob/utils_test.go and of the times between.
it.each<
  [
    schedule: string,
    created: string,
    more: { last?: string; deadline?: number },
    now: string,
    want: [last: string | undefined, missed: string],
    wait: number | undefined,
  ]
>([
  ['0 * * * *', '2026-01-01T10:10', {}, '2026-01-01T10:50', [undefined, 'none'], 10],
  ['0 * * * *', '2026-01-01T10:10', {}, '2026-01-01T11:00', ['2026-01-01T11:00', 'none'], 60],
  ['0 * * * *', '2026-01-01T10:10', { last: '2026-01-01T11:00' }, '2026-01-01T11:30', [undefined, 'none'], 30],
  ['0 * * * *', '2026-01-01T10:10', { last: '2026-01-01T11:00' }, '2026-01-01T14:30', ['2026-01-01T14:00', 'few'], 30],
  ['*/5 * * * *', '2026-01-01', {}, '2026-01-02', ['2026-01-02', 'many'], 5],
  ['*/5 * * * *', '2026-01-01', { deadline: 200 }, '2026-01-02T00:02', ['2026-01-02', 'none'], 3],
  // Irregular: the interval of the first two says little.
  ['30 6-16/4 * * 1-5', '2026-01-01', { last: '2026-01-02T14:30' }, '2026-01-05T11:00', ['2026-01-05T10:30', 'few'], 210],
  ['* * 1 1 *', '2025-01-01T23:58', {}, '2026-01-01T12:00', ['2026-01-01T12:00', 'few'], 1],
  ['@every 1h', '2026-01-01', {}, '2026-01-01T04:30', ['2026-01-01T04:00', 'few'], 30],
  ['0 0 31 2 *', '2026-01-01', {}, '2026-03-01', [undefined, 'none'], undefined],
])('%s from %s, %j, at %s', (schedule, created, more, now, [last, missed], wait) => {
  const given = cronJob(schedule, created, more);
  const times = scheduleOf(given);
  if (typeof times === 'string') throw new Error(times);
  const due = dueStarts(given, times, time(now), true);
  const minutes = untilNextStart(given, times, time(now));
  expect([
    due.last === undefined ? undefined : formatTime(due.last),
    due.missed,
    minutes === undefined ? undefined : minutes / 60_000,
  ]).toEqual([last === undefined ? undefined : formatTime(time(last)), missed, wait]);
});

it.each([
  [undefined, '2026-07-01T10:00:00Z'],
  ['Europe/Berlin', '2026-07-01T12:00:00+02:00'],
  ['America/New_York', '2026-07-01T06:00:00-04:00'],
  ['Asia/Kolkata', '2026-07-01T15:30:00+05:30'],
  ['UTC', '2026-07-01T10:00:00Z'],
])('the time in %s', (zone, want) => {
  expect(timeInZone(time('2026-07-01T10:00'), zone)).toBe(want);
});
