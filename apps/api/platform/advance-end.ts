import type { z } from 'zod';
import { type AdvanceEnd, stateNamed, troubleWith } from '#cluster';
import { Problem } from '#hosting';
import { type advanceSchema, durationOf } from './schemas/clock.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;

type AdvanceBody = z.infer<typeof advanceSchema>;

/** What ends an advance before its target. */
export function endOf({ until }: AdvanceBody): AdvanceEnd | undefined {
  if (until === undefined) return undefined;
  if ('quiet' in until) return { quiet: until.quiet === true ? MINUTE : durationOf(until.quiet) };
  const { for: words, allNamespaces, namespace, ...wait } = until;
  const state = words === undefined ? {} : stateNamed(words);
  if (state === undefined) throw new Problem(422, `until.for: ${JSON.stringify(words)} is not a condition, jsonpath, create or delete`);
  const end = { ...wait, ...state, ...(!allNamespaces && { namespace: namespace ?? 'default' }) };
  const trouble = troubleWith(end);
  if (trouble !== undefined) throw new Problem(422, `until.${trouble}`);
  return end;
}

/** How far to advance at most: up to a time, by a duration, or an hour if only an end is given. */
export function distanceOf({ by, to }: AdvanceBody, now: number): number {
  if (to === undefined) return by === undefined ? HOUR : durationOf(by);
  const distant = Date.parse(to) - now;
  if (distant < 0) throw new Problem(422, `to: it is already ${new Date(now).toISOString()}, and time does not go back`);
  return distant;
}
