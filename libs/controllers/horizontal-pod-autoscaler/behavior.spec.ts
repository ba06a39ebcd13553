import { expect, it } from '@jest/globals';
import type { autoscalingv2 } from '#api';
import { type Bounds, normalize, type Past, rememberScaling } from './behavior.js';

const NOW = 10_000_000;
const rules = (more: autoscalingv2.HPAScalingRules): autoscalingv2.HPAScalingRules => ({
  selectPolicy: 'Max',
  stabilizationWindowSeconds: 0,
  policies: [{ type: 'Percent', value: 100, periodSeconds: 60 }],
  ...more,
});
const behavior = (up: autoscalingv2.HPAScalingRules = {}, down: autoscalingv2.HPAScalingRules = {}): Bounds['behavior'] => ({
  scaleUp: rules(up),
  scaleDown: rules(down),
});

/** Replicas, seconds ago. */
const timed = (...events: Array<[replicas: number, ago: number]>): Past['ups'] =>
  events.map(([replicas, ago]) => ({ replicas, at: NOW - ago * 1000 }));
const past = (more: Partial<Past> = {}): Past => ({ recommendations: [], ups: [], downs: [], ...more });

it.each<[string, Partial<Bounds>, Past, [desired: number, able: string, limited: string]]>([
  ['at most doubles', { current: 5, desired: 30 }, past(), [10, 'ReadyForNewScale', 'ScaleUpLimit']],
  ['goes to four at once', { current: 1, desired: 30 }, past(), [4, 'ReadyForNewScale', 'ScaleUpLimit']],
  ['stays below the maximum', { current: 8, desired: 12, max: 10 }, past(), [10, 'ReadyForNewScale', 'TooManyReplicas']],
  ['stays above the minimum', { current: 3, desired: 0 }, past(), [1, 'ReadyForNewScale', 'TooFewReplicas']],
  [
    'keeps the highest recommendation of five minutes',
    { current: 8, desired: 2 },
    past({ recommendations: timed([6, 299], [9, 301]) }),
    [6, 'ScaleDownStabilized', 'DesiredWithinRange'],
  ],
  [
    'waits before it scales up, with a window',
    { current: 3, desired: 6, behavior: behavior({ stabilizationWindowSeconds: 60 }) },
    past({ recommendations: timed([4, 30]) }),
    [4, 'ScaleUpStabilized', 'DesiredWithinRange'],
  ],
  [
    'adds what a policy allows in its period',
    { current: 6, desired: 20, behavior: behavior({ policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] }) },
    past({ ups: timed([3, 30], [9, 90]) }),
    [7, 'ReadyForNewScale', 'ScaleUpLimit'],
  ],
  [
    'takes the policy that changes least',
    {
      current: 10,
      desired: 40,
      behavior: behavior({
        selectPolicy: 'Min',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 60 },
          { type: 'Percent', value: 100, periodSeconds: 60 },
        ],
      }),
    },
    past(),
    [14, 'ReadyForNewScale', 'ScaleUpLimit'],
  ],
  [
    'removes what a policy allows',
    { current: 10, desired: 1, behavior: behavior({}, { policies: [{ type: 'Percent', value: 25, periodSeconds: 60 }] }) },
    past(),
    [7, 'ReadyForNewScale', 'ScaleDownLimit'],
  ],
  [
    'does not scale down where that is disabled',
    { current: 10, desired: 1, behavior: behavior({}, { selectPolicy: 'Disabled' }) },
    past(),
    [10, 'ReadyForNewScale', 'ScaleDownLimit'],
  ],
])('%s', (_, bounds, before, want) => {
  const { desired, able, limited } = normalize(
    { behavior: undefined, current: 1, desired: 1, min: 1, max: 50, now: NOW, ...bounds },
    before,
  );
  expect([desired, able.reason, limited.reason]).toEqual(want);
});

it('forgets changes that no policy looks at any more', () => {
  const memory = past({ ups: timed([3, 30], [9, 90]) });
  rememberScaling({ behavior: behavior(), now: NOW }, 3, 5, memory);
  rememberScaling({ behavior: behavior(), now: NOW }, 5, 4, memory);
  expect(memory).toEqual(past({ ups: timed([3, 30], [2, 0]), downs: timed([1, 0]) }));
});
