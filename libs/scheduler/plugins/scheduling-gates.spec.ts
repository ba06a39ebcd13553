import { Pod } from '#api';
import { pod, world } from '../test-objects.js';
import { alone, changed } from '../test-plugin.js';
import { schedulingGates } from './scheduling-gates.js';

test.each([
  ['none', [], undefined],
  ['one', ['foo'], 'waiting for scheduling gates: [foo]'],
  ['two', ['foo', 'bar'], 'waiting for scheduling gates: [foo bar]'],
])('gates: %s', (_, names, reason) => {
  const gated = pod('p', { schedulingGates: names.map((name) => ({ name })) });
  expect(schedulingGates.preEnqueue?.(gated, world([]).informers)).toEqual(reason && { reasons: [reason], final: true });
});

test.each([
  ['the pod itself', 'p', true],
  ['another pod', 'q', false],
])('an update of %s may let it in: %s', (_, name, helps) =>
  expect(alone('SchedulingGates').helps(pod('p'), { on: Pod, change: changed(pod(name), pod(name)), world: world([]) })).toBe(helps),
);
