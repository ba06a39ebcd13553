import { expect, test } from '@jest/globals';
import type { Hold } from './fault.js';
import { matchesPattern, pullFault } from './image-pulls.js';

test.each([
  ['*', '', true],
  ['nginx', 'nginx', true],
  ['nginx', 'nginx2', false],
  ['ngi*', 'nginx', true],
  ['*inx', 'nginx', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['ab*ba', 'aba', false],
  ['*a*', 'bcb', false],
  [`${'*a'.repeat(100)}*b`, 'a'.repeat(255), false],
])('%s, %s: %s', (pattern, text, want) => {
  expect(matchesPattern(pattern, text)).toBe(want);
});

const NGINX = 'docker.io/library/nginx:1.27';
const hold = (fields: Partial<Hold>): Hold => ({ type: 'fail-pull', since: 0, ...fields });

test.each<[Partial<Hold>, boolean]>([
  [{}, true],
  [{ node: 'other' }, false],
  [{ image: 'nginx' }, true],
  [{ image: 'nginx:1.27' }, true],
  [{ image: 'nginx:1.28' }, false],
  [{ image: 'docker.io/*' }, true],
  [{ image: 'registry.k8s.io/*' }, false],
  [{ type: 'stop' }, false],
])('%j fails the pull of nginx: %s', (fields, want) => {
  expect(pullFault([hold(fields)], 'worker-1', NGINX) !== undefined).toBe(want);
});

test('the error names the registry; delays add up', () => {
  expect(pullFault([hold({})], 'worker-1', 'quay.io/org/app:v1')).toEqual({
    error:
      'rpc error: code = DeadlineExceeded desc = failed to pull and unpack image "quay.io/org/app:v1": failed to resolve reference "quay.io/org/app:v1": failed to do request: Head "https://quay.io/v2/org/app/manifests/v1": dial tcp: lookup quay.io: i/o timeout',
  });
  const slow = { type: 'slow-pull', delay: 20 } as const;
  expect(pullFault([hold(slow), hold({ ...slow, image: 'nginx' })], 'worker-1', NGINX)).toEqual({ delay: 40 });
});
