import { notFound } from '#apimachinery';
import { Compacted, FencedError, FutureRevision, StorageFailure, StorageFull, StorageUnavailable, UnknownCluster } from '#storage';
import { toStatusError } from './storage-errors.js';

const PODS = { group: '', resource: 'pods' };
const secret = new Error('could not extend file "/var/lib/postgresql/base/1/2": No space left on device');
const status = (code: number, reason: string, message: string, details?: object) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  ...(details && { details }),
  code,
});

test.each<[string, Error, object]>([
  ['a Status', notFound(PODS, 'a'), status(404, 'NotFound', 'pods "a" not found', { name: 'a', kind: 'pods' })],
  ['a compacted revision', new Compacted(1, 5), status(410, 'Expired', 'The resourceVersion for the provided list is too old.')],
  [
    'a revision that has not happened',
    new FutureRevision(9, 5),
    status(504, 'Timeout', 'Timeout: Too large resource version: 9, current: 5', {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    }),
  ],
  [
    'an unreachable store',
    new StorageUnavailable('connect ECONNREFUSED 10.0.0.1:5432', false, { cause: secret }),
    status(503, 'ServiceUnavailable', 'the server is currently unable to handle the request', { retryAfterSeconds: 2 }),
  ],
  [
    'a write of which nothing is known',
    new StorageUnavailable('Connection terminated', true, { cause: secret }),
    status(504, 'Timeout', 'Timeout: the request did not complete within the allotted time: it may or may not have been carried out', {
      retryAfterSeconds: 2,
    }),
  ],
  [
    'a full disk',
    new StorageFull({ cause: secret }),
    status(507, 'InsufficientStorage', 'the server has no storage left', { retryAfterSeconds: 2 }),
  ],
  ['a cluster that is gone', new UnknownCluster('c1'), status(503, 'ServiceUnavailable', 'cluster c1 does not exist')],
  [
    'what the database said',
    new StorageFailure({ cause: secret }),
    status(500, 'InternalError', 'Internal error occurred: unexpected error', { causes: [{ message: 'unexpected error' }] }),
  ],
  [
    'an error of the runtime',
    new TypeError('x is not a function'),
    status(500, 'InternalError', 'Internal error occurred: unexpected error', { causes: [{ message: 'unexpected error' }] }),
  ],
])('%s', (_, error, expected) => {
  expect(toStatusError(error, PODS).status).toEqual(expected);
});

test('a superseded turn is a conflict', () => {
  expect(toStatusError(new FencedError('kubelet'), PODS).status).toMatchObject({ code: 409, reason: 'Conflict' });
});

test('an unexpected error is kept for the log', () => {
  expect(toStatusError(secret, PODS).cause).toBe(secret);
});
