import { groupKey, Tally } from './aggregate.js';
import { fieldPath } from './field-path.js';
import { structOf } from './test-structs.js';

const subject = { struct: structOf('Pod'), relation: () => undefined };

const attempt = (measure: () => unknown): unknown => {
  try {
    const value = measure();
    return typeof value === 'object' ? String(value) : value;
  } catch (error) {
    return (error as Error).message;
  }
};

/** Sum, mean, least and greatest value. */
function measured(path: string, values: readonly unknown[]): unknown[] {
  const tally = new Tally(fieldPath(subject, path));
  for (const value of values) tally.add(value);
  return [() => tally.total(), () => tally.mean(), () => tally.min(), () => tally.max()].map(attempt);
}

test.each<[string, unknown[], unknown[]]>([
  ['spec.priority', [1, 5, 3], [9, 3, 1, 5]],
  ['spec.priority', [], [0, undefined, undefined, undefined]],
  ['requests.cpu', ['1', '500m', '0.1'], ['1600m', 1.6 / 3, '0.1', '1']],
  ['requests.memory', ['1Gi', '512Mi'], ['1536Mi', 805_306_368, '512Mi', '1Gi']],
  ['requests.cpu', [], ['0', undefined, undefined, undefined]],
  [
    'metadata.creationTimestamp',
    ['2026-05-01T00:00:00Z', '2026-05-01T02:00:00Z'],
    [
      'sum: metadata.creationTimestamp is neither a number nor an amount',
      Date.parse('2026-05-01T01:00:00Z'),
      '2026-05-01T00:00:00Z',
      '2026-05-01T02:00:00Z',
    ],
  ],
  [
    'metadata.name',
    ['b', 'a'],
    ['sum: metadata.name is neither a number nor an amount', 'avg: metadata.name is neither a number nor an amount nor a time', 'a', 'b'],
  ],
])('%s of %j', (path, values, expected) => expect(measured(path, values)).toEqual(expected));

test.each<[string, unknown, unknown]>([
  ['requests.cpu', '1000m', '1'],
  ['metadata.name', 'a', 'a'],
  ['spec.hostNetwork', true, true],
  ['status.phase', 'Odd', 'UNRECOGNIZED'],
  ['spec.priority', 'seven', undefined],
])('the group of %s %j', (path, value, key) => expect(groupKey(fieldPath(subject, path), value)).toBe(key));
