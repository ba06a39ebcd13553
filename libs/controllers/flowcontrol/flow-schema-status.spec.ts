import { expect, test } from '@jest/globals';
import { danglingState } from './flow-schema-status.js';

test.each([
  ['exists', true, 'False', 'Found', 'This FlowSchema references the PriorityLevelConfiguration object named "low" and it exists'],
  [
    'is missing',
    false,
    'True',
    'NotFound',
    'This FlowSchema references the PriorityLevelConfiguration object named "low" but there is no such object',
  ],
])('a priority level that %s', (_name, exists, status, reason, message) => {
  expect(danglingState('low', exists)).toEqual({ type: 'Dangling', status, reason, message });
});
