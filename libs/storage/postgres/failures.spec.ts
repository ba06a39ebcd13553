import { StorageUnavailable } from '../errors.js';
import { isLost, toStorageError } from './failures.js';

const error = (message: string, code?: string) => Object.assign(new Error(message), { code });

test.each([
  { of: error('x', 'ECONNRESET'), lost: true },
  { of: error('x', '08006'), lost: true },
  { of: error('terminating connection due to administrator command', '57P01'), lost: true },
  { of: error('Connection terminated unexpectedly'), lost: true },
  { of: error('duplicate key', '23505'), lost: false },
  { of: error('the turn was overtaken', 'OR403'), lost: false },
  { of: new TypeError('a text with U+0000 cannot be stored'), lost: false },
])('$of.code $of.message: lost $lost', ({ of, lost }) => {
  expect(isLost(of)).toBe(lost);
});

test.each([
  { of: error('x', 'OR404'), expected: 'cluster c does not exist' },
  { of: error('x', 'OR403'), expected: 'the turn of kubelet was overtaken' },
  { of: error('x', 'ECONNREFUSED'), expected: 'the database is out of reach: x' },
  { of: error('syntax', '42601'), expected: 'syntax' },
])('$of.code is told as $expected', ({ of, expected }) => {
  expect((toStorageError(of, { cluster: 'c', component: 'kubelet' }) as Error).message).toBe(expected);
});

test('an unknown outcome stays one', () => {
  const unknown = new StorageUnavailable('lost', true);
  expect(toStorageError(unknown, { cluster: 'c' })).toBe(unknown);
});
