import { duplicate, fieldForbidden, invalidValue, notSupported, required, tooFew, tooLong, tooMany, typeInvalid } from './field-error.js';
import { fieldPath } from './field-path.js';
import { StatusError, statusOf, successStatus } from './status.js';
import {
  alreadyExists,
  badRequest,
  bareError,
  conflict,
  expired,
  forbidden,
  generateNameConflict,
  internalError,
  invalid,
  methodNotAllowed,
  notAcceptable,
  notFound,
  serverTimeout,
  timeout,
  tooLarge,
  tooManyRequests,
  unauthorized,
  unsupportedMediaType,
} from './status-errors.js';

const deployments = { group: 'apps', resource: 'deployments' };
const pods = { group: '', resource: 'pods' };
const kind = { group: 'apps', kind: 'Deployment' };
const failure = (code: number, reason: string | undefined, message: string, details?: object) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  ...(reason ? { reason } : {}),
  ...(details ? { details } : {}),
  code,
});
const x = { name: 'x', group: 'apps', kind: 'deployments' };

test.each<[string, StatusError, object]>([
  ['notFound', notFound(deployments, 'x'), failure(404, 'NotFound', 'deployments.apps "x" not found', x)],
  ['alreadyExists', alreadyExists(pods, 'x'), failure(409, 'AlreadyExists', 'pods "x" already exists', { name: 'x', kind: 'pods' })],
  [
    'generateNameConflict',
    generateNameConflict(pods, 'x', 1),
    failure(409, 'AlreadyExists', 'pods "x" already exists, the server was not able to generate a unique name for the object', {
      name: 'x',
      kind: 'pods',
      retryAfterSeconds: 1,
    }),
  ],
  [
    'conflict',
    conflict(deployments, 'x'),
    failure(
      409,
      'Conflict',
      'Operation cannot be fulfilled on deployments.apps "x": the object has been modified; please apply your changes to the latest version and try again',
      x,
    ),
  ],
  ['forbidden', forbidden(pods, 'x', 'no'), failure(403, 'Forbidden', 'pods "x" is forbidden: no', { name: 'x', kind: 'pods' })],
  ['forbidden collection', forbidden(pods, '', 'no'), failure(403, 'Forbidden', 'pods is forbidden: no', { kind: 'pods' })],
  ['forbidden path', forbidden({ group: '', resource: '' }, '', 'no'), failure(403, 'Forbidden', 'forbidden: no', {})],
  ['unauthorized', unauthorized(), failure(401, 'Unauthorized', 'Unauthorized')],
  ['badRequest', badRequest('b'), failure(400, 'BadRequest', 'b')],
  ['expired', expired('e'), failure(410, 'Expired', 'e')],
  [
    'methodNotAllowed',
    methodNotAllowed(pods, 'update'),
    failure(405, 'MethodNotAllowed', 'update is not supported on resources of kind "pods"', { kind: 'pods' }),
  ],
  ['notAcceptable', notAcceptable(['a', 'b']), failure(406, 'NotAcceptable', 'only the following media types are accepted: a, b')],
  [
    'unsupportedMediaType',
    unsupportedMediaType(['a']),
    failure(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: a'),
  ],
  ['tooLarge', tooLarge('limit is 3145728'), failure(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728')],
  ['timeout', timeout('t'), failure(504, 'Timeout', 'Timeout: t', {})],
  ['tooManyRequests', tooManyRequests('t', 5), failure(429, 'TooManyRequests', 't', { retryAfterSeconds: 5 })],
  ['internalError', internalError('c'), failure(500, 'InternalError', 'Internal error occurred: c', { causes: [{ message: 'c' }] })],
  ['bareError', bareError('b'), failure(500, undefined, 'b')],
  [
    'serverTimeout',
    serverTimeout(pods, 'list', 1),
    failure(500, 'ServerTimeout', 'The list operation against pods could not be completed at this time, please try again.', {
      name: 'list',
      kind: 'pods',
      retryAfterSeconds: 1,
    }),
  ],
])('%s', (_, error, status) => {
  expect(error.toJSON()).toEqual(status);
  expect(JSON.stringify(error)).toBe(JSON.stringify(status));
});

const a = required(fieldPath('spec').child('selector'));
const b = invalidValue(fieldPath('spec', 'replicas'), -1, 'must be greater than or equal to 0');

test.each<[string, ReturnType<typeof required>[], string]>([
  ['none', [], 'Deployment.apps "x" is invalid'],
  ['one', [a], 'Deployment.apps "x" is invalid: spec.selector: Required value'],
  [
    'several',
    [a, b, a],
    'Deployment.apps "x" is invalid: [spec.selector: Required value, spec.replicas: Invalid value: -1: must be greater than or equal to 0]',
  ],
])('invalid: %s', (_, errors, message) => {
  const causes = errors.map(({ type, message: text, field }) => ({ reason: type, message: text, field }));
  const details = { name: 'x', group: 'apps', kind: 'Deployment', ...(causes.length > 0 ? { causes } : {}) };
  expect(invalid(kind, 'x', errors).status).toEqual(failure(422, 'Invalid', message, details));
});

test.each<[string, { message: string }, string]>([
  ['quoted', invalidValue('f', 'a"\u0001\né', 'd'), 'Invalid value: "a\\"\\x01\\né": d'],
  ['null', invalidValue('f', undefined, 'd'), 'Invalid value: null: d'],
  ['object', invalidValue('f', { a: '<b>' }, 'd'), 'Invalid value: {"a":"\\u003cb\\u003e"}: d'],
  ['boolean', invalidValue('f', true, 'd'), 'Invalid value: true: d'],
  ['notSupported', notSupported('f', 'x', ['a', 'b']), 'Unsupported value: "x": supported values: "a", "b"'],
  ['duplicate', duplicate('f', 'x'), 'Duplicate value: "x"'],
  ['forbidden', fieldForbidden('f', 'd'), 'Forbidden: d'],
  ['tooLong', tooLong('f', 'x', 1), 'Too long: may not be more than 1 byte'],
  ['tooMany', tooMany('f', 9, 8), 'Too many: 9: must have at most 8 items'],
  ['tooFew', tooFew('f', 0, 1), 'Too few: 0: must have at least 1 item'],
  ['typeInvalid', typeInvalid('f', 1, 'd'), 'Invalid value: 1: d'],
])('field error: %s', (_, { message }, want) => {
  expect(message).toBe(want);
});

test('paths', () => {
  expect(`${fieldPath('spec').child('containers').index(0).child('env').key('x')}`).toBe('spec.containers[0].env[x]');
  expect(`${fieldPath().child('kind')}`).toBe('kind');
});

test('statuses of other errors and of success', () => {
  expect(statusOf(new Error('boom'))).toEqual(failure(500, undefined, 'boom'));
  const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
  expect(successStatus({ details: { name: 'a', group: '', kind: 'pods', uid: 'u' } })).toEqual({
    ...success,
    details: { name: 'a', kind: 'pods', uid: 'u' },
  });
  expect(successStatus({ code: 201 })).toEqual({ ...success, code: 201 });
});
