import { expect, it } from '@jest/globals';
import { eventName } from './event-object.js';

const about = ['kubelet', 'default', 'web', 'spec.containers{web}', 'Pulled', 'Successfully pulled image'];
const BORN = Date.parse('2026-01-01T00:00:00Z');

it.each([0, 1, 2 ** 24 - 1, 2 ** 24, BORN, BORN + 1, BORN + 86_399_999, Date.parse('2261-01-01T00:00:00Z')])(
  'names end with the nanoseconds since the epoch, exactly: %d ms',
  (at) => {
    for (const ordinal of [0, 1, 998, 999, 5_000]) {
      const nanoseconds = BigInt(`0x${eventName('web', { at, ordinal }, about, 1)?.split('.')[1]}`);
      const below = Number(nanoseconds - BigInt(at) * 1_000_000n);
      expect(Math.floor(below / 1_000)).toBe(Math.min(ordinal, 999));
    }
  },
);

it('tells events of one instant apart by what they are about, and by the attempt', () => {
  const moment = { at: BORN, ordinal: 3 };
  const other = ['kube-scheduler', ...about.slice(1)];
  const names = [eventName('web', moment, about, 1), eventName('web', moment, about, 2), eventName('web', moment, other, 1)];
  expect(new Set(names).size).toBe(3);
  expect(eventName('web', moment, [...about], 1)).toBe(names[0]);
  expect(names[0]).toMatch(/^web\.[0-9a-f]{16}$/);
});

it('makes no name that is too long', () => {
  expect(eventName('a'.repeat(237), { at: BORN, ordinal: 0 }, about, 1)).toBeUndefined();
  expect(eventName('a'.repeat(236), { at: BORN, ordinal: 0 }, about, 1)).toHaveLength(253);
});
