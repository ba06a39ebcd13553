import { StorageUnavailable } from '../errors.js';
import { isLost, toStorageError } from './failures.js';

const error = (message: string, code?: string) => Object.assign(new Error(message), { code });
/** As pg's parser creates them: with the severity that the database reports. */
const fromDatabase = (message: string, code: string) => Object.assign(error(message, code), { severity: 'ERROR' });
/** As Prisma wraps them. */
const fromPrisma = (code: string, cause: object) =>
  Object.assign(error('Invalid `db.token.findUnique()` invocation in /srv/records.ts:85', code), {
    name: 'PrismaClientKnownRequestError',
    meta: { driverAdapterError: { cause } },
  });

test.each([
  { of: error('x', 'ECONNRESET'), lost: true },
  { of: error('x', '08006'), lost: true },
  { of: error('bind message supplies 1 parameters', '08P01'), lost: false },
  { of: error('terminating connection due to administrator command', '57P01'), lost: true },
  { of: error('Connection terminated unexpectedly'), lost: true },
  { of: fromPrisma('P1001', { kind: 'DatabaseNotReachable' }), lost: true },
  { of: fromPrisma('P2039', { kind: 'postgres', originalCode: '57P01' }), lost: true },
  { of: fromPrisma('P2002', { kind: 'UniqueConstraintViolation', originalCode: '23505' }), lost: false },
  { of: error('duplicate key', '23505'), lost: false },
  { of: error('the turn was overtaken', 'OR403'), lost: false },
  { of: new TypeError('a text with U+0000 cannot be stored'), lost: false },
])('$of.code $of.message: lost $lost', ({ of, lost }) => {
  expect(isLost(of)).toBe(lost);
});

test.each([
  { of: error('x', 'OR404'), expected: 'UnknownCluster: cluster c does not exist' },
  { of: error('x', 'OR403'), expected: 'FencedError: the turn of kubelet was overtaken' },
  { of: error('connect ECONNREFUSED 10.0.0.1:5432', 'ECONNREFUSED'), expected: 'StorageUnavailable: the database cannot be reached' },
  { of: fromPrisma('P1001', {}), expected: 'StorageUnavailable: the database cannot be reached' },
  { of: fromDatabase('could not extend file "base/1/2"', '53100'), expected: 'StorageFull: the storage is full' },
  { of: fromPrisma('P2039', { originalCode: '53100' }), expected: 'StorageFull: the storage is full' },
  { of: fromDatabase('syntax error at or near "x"', '42601'), expected: 'StorageFailure: the storage failed' },
  { of: fromPrisma('P2022', { kind: 'ColumnNotFound' }), expected: 'StorageFailure: the storage failed' },
  { of: new TypeError('a text with U+0000 cannot be stored'), expected: 'TypeError: a text with U+0000 cannot be stored' },
])('$of.code is reported as $expected', ({ of, expected }) => {
  const told = toStorageError(of, { cluster: 'c', component: 'kubelet' }) as Error;
  expect(`${told.constructor.name}: ${told.message}`).toBe(expected);
});

test('an unknown outcome is kept', () => {
  const unknown = new StorageUnavailable('lost', true);
  expect(toStorageError(unknown, { cluster: 'c' })).toBe(unknown);
});
