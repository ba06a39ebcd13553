import { expect, test } from '@jest/globals';
import { stepsOfCauses } from './causes.js';
import type { HistoryEntry, UnreadableEntry } from './history.js';

const refused = new Error('no');
const hidden = (revision: number, wokenBy?: number): UnreadableEntry => ({ revision, refused, ...(wokenBy && { wokenBy }) });
const write = (revision: number, at: number, wokenBy?: number): HistoryEntry => ({
  revision,
  at,
  type: 'put',
  key: `/registry/configmaps/default/c${revision}`,
  value: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${revision}`, namespace: 'default' } }),
  cause: { user: 'u', requestId: 'r', ...(wokenBy && { component: 'k', wokenBy }) },
});

/** type, revision, depth, wokenBy, sinceStartMs, sinceCauseMs */
type Row = [string, number, number, number | null, number | null, number | null];

test.each<[string, Array<HistoryEntry | UnreadableEntry>, Row[]]>([
  ['nothing', [], []],
  [
    'all may be read',
    [write(3, 1_000), write(5, 1_500, 3), write(9, 4_000, 5)],
    [
      ['CREATED', 3, 0, null, 0, 0],
      ['CREATED', 5, 1, 3, 500, 500],
      ['CREATED', 9, 2, 5, 3_000, 2_500],
    ],
  ],
  [
    'the first is hidden: times count from the next, and not how long that took',
    [hidden(3), write(5, 1_500, 3), write(9, 4_000, 5)],
    [
      ['HIDDEN', 3, 0, null, null, null],
      ['CREATED', 5, 1, 3, 0, null],
      ['CREATED', 9, 2, 5, 2_500, 2_500],
    ],
  ],
  [
    'one between is hidden',
    [write(3, 1_000), hidden(5, 3), hidden(6, 5), write(9, 4_000, 6), write(11, 4_200, 9)],
    [
      ['CREATED', 3, 0, null, 0, 0],
      ['HIDDEN', 5, 1, 3, null, null],
      ['HIDDEN', 6, 2, 5, null, null],
      ['CREATED', 9, 3, 6, 3_000, null],
      ['CREATED', 11, 4, 9, 3_200, 200],
    ],
  ],
  [
    'the last is hidden',
    [write(3, 1_000), hidden(5, 3)],
    [
      ['CREATED', 3, 0, null, 0, 0],
      ['HIDDEN', 5, 1, 3, null, null],
    ],
  ],
])('causes of which %s', (_of, writes, rows) => {
  const steps = stepsOfCauses(writes);
  expect(steps.map((one) => [one.type, one.revision, one.depth, one.wokenBy, one.sinceStartMs, one.sinceCauseMs])).toEqual(rows);
});

test('of a hidden write nothing is told but its place', () => {
  const [step] = stepsOfCauses([hidden(7)]);
  const told = Object.entries(step ?? {}).filter(([, value]) => value !== null);
  expect(Object.fromEntries(told)).toEqual({ type: 'HIDDEN', revision: 7, depth: 0, summary: 'a write that you may not read' });
});
