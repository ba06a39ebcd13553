import { expect, test } from '@jest/globals';
import { byVersionPriority } from './version-priority.js';

test('stable versions come first, then betas, alphas, and other names', () => {
  const expected = ['v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta2', 'v3beta1', 'v12alpha1', 'v11alpha2', 'foo1', 'foo10', 'v1beta'];
  expect([...expected].reverse().sort(byVersionPriority)).toEqual(expected);
  expect([...expected].sort().sort(byVersionPriority)).toEqual(expected);
  expect(byVersionPriority('v1', 'v1')).toBe(0);
});
