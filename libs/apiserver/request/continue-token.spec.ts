import { expect, test } from '@jest/globals';
import { decodeContinue, encodeContinue } from './continue-token.js';

const PREFIX = '/registry/pods/';
const token = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('survives a round trip', () => {
  expect(decodeContinue(encodeContinue('/registry/pods/ns/a', PREFIX, 7), PREFIX)).toEqual({
    start: '/registry/pods/ns/a\u0000',
    revision: 7,
  });
});

test.each<[string, string, string]>([
  ['no base64', 'a b', 'continue key is not valid: illegal base64 data at input byte 1'],
  ['no JSON', Buffer.from('x').toString('base64url'), "continue key is not valid: invalid character 'x' looking for beginning of value"],
  [
    'another version',
    token({ v: 'v9', rv: 1, start: 'a' }),
    'continue key is not valid: server does not recognize this encoded version v9',
  ],
  [
    'no revision',
    token({ v: 'meta.k8s.io/v1', start: 'a' }),
    'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  ],
  [
    'a revision that is not an integer',
    token({ v: 'meta.k8s.io/v1', rv: 1.5, start: 'a' }),
    'continue key is not valid: json: cannot unmarshal number 1.5 into Go struct field continueToken.rv of type int64',
  ],
  [
    'a revision out of range',
    token({ v: 'meta.k8s.io/v1', rv: 1e30, start: 'a' }),
    'continue key is not valid: json: cannot unmarshal number 1e+30 into Go struct field continueToken.rv of type int64',
  ],
  ['no start', token({ v: 'meta.k8s.io/v1', rv: 1 }), 'continue key is not valid: encoded start key empty (version meta.k8s.io/v1)'],
  ['a way out', token({ v: 'meta.k8s.io/v1', rv: 1, start: '../secrets/x' }), 'continue key is not valid: ../secrets/x'],
])('%s', (_what, text, message) => {
  expect(() => decodeContinue(text, PREFIX)).toThrow(message);
});
