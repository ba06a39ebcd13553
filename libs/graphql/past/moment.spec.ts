import { At, momentOf, revisionOf } from './moment.js';

it.each<[unknown, object]>([
  [7, { revision: 7 }],
  ['1234', { revision: 1234 }],
  ['2026-01-02T03:04:05Z', { time: Date.UTC(2026, 0, 2, 3, 4, 5) }],
  ['2026-01-02T03:04:05.25+01:00', { time: Date.UTC(2026, 0, 2, 2, 4, 5, 250) }],
  ['10m', { ago: 600_000 }],
  ['1h30m', { ago: 5_400_000 }],
  ['1d', { ago: 86_400_000 }],
  ['1d2h', { ago: 93_600_000 }],
  ['0', { ago: 0 }],
])('%j is a moment', (given, moment) => expect(momentOf(given)).toEqual(moment));

it.each([0, -1, 1.5, 1e300, '', '-5m', '1d-5m', '10 m', 'yesterday', '2026-13-45T99:00:00Z', '9'.repeat(99), null, true, {}, []])(
  '%j is none',
  (given) => expect(() => momentOf(given)).toThrow(/^At cannot represent .*: it takes a revision \(1234\), a time/s),
);

it('is written as a number or a text', () => {
  expect(At.parseLiteral({ kind: 'IntValue', value: '12' } as never, {})).toEqual({ revision: 12 });
  expect(At.parseLiteral({ kind: 'StringValue', value: '5s' } as never, {})).toEqual({ ago: 5_000 });
  expect(() => At.parseLiteral({ kind: 'BooleanValue', value: true } as never, {})).toThrow('At cannot represent null');
});

const history = {
  revision: async () => 100,
  oldest: async () => 40,
  revisionAt: async (time: number) => time,
};
const context = { history, now: () => 1_000 } as never;

it.each<[Parameters<typeof revisionOf>[0], number]>([
  [{ revision: 40 }, 40],
  [{ revision: 100 }, 100],
  [{ time: 77 }, 77],
  [{ ago: 10 }, 990],
])('%j is revision %d', async (moment, revision) => expect(await revisionOf(moment, context)).toBe(revision));

it('a revision that cannot be read tells which one can', async () => {
  await expect(revisionOf({ revision: 101 }, context)).rejects.toMatchObject({ requested: 101, current: 100 });
  await expect(revisionOf({ revision: 39 }, context)).rejects.toMatchObject({ requested: 39, compactRevision: 40 });
});
