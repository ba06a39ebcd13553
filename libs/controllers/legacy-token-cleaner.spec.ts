import { type TokenStep, tokenStep } from './legacy-token-cleaner.js';

const at = (text: string) => Date.parse(`${text}Z`);
const YEAR = 365 * 86_400_000;
const used = (day: string) => ({ 'kubernetes.io/legacy-token-last-used': day });
const invalid = (day: string) => ({ 'kubernetes.io/legacy-token-invalid-since': day });

it.each<[string, Record<string, string>, string | undefined, string, TokenStep]>([
  ['not tracked', {}, undefined, '2030-01-01T00:00:00', 'leave'],
  ['tracked for less than a year', {}, '2026-03-01', '2026-05-01T00:00:00', { keepUntil: at('2026-03-02T00:00:00') + YEAR }],
  ['created less than a year ago', {}, '2020-01-01', '2026-05-01T00:00:00', { keepUntil: at('2026-01-02T03:04:05') + YEAR }],
  ['used less than a year ago', used('2026-06-01'), '2020-01-01', '2027-02-01T00:00:00', { keepUntil: at('2026-06-02T00:00:00') + YEAR }],
  ['used on no day', used('never'), '2020-01-01', '2030-01-01T00:00:00', 'leave'],
  ['not used for a year', used('2026-06-01'), '2020-01-01', '2027-06-02T00:00:01', 'mark'],
  ['never used', {}, '2020-01-01', '2027-01-02T03:04:06', 'mark'],
  ['marked without a day', invalid('x'), '2020-01-01', '2027-02-01T00:00:00', 'mark'],
  [
    'marked less than a year ago',
    invalid('2027-02-01'),
    '2020-01-01',
    '2027-03-01T00:00:00',
    { keepUntil: at('2027-02-02T00:00:00') + YEAR },
  ],
  ['marked a year ago', invalid('2027-02-01'), '2020-01-01', '2028-02-02T00:00:00', 'delete'],
])('a token that is %s', (_, labels, since, now, step) => {
  const metadata = { name: 't', creationTimestamp: '2026-01-02T03:04:05Z', labels };
  expect(tokenStep({ metadata }, since, at(now))).toEqual(step);
});
