import { describe, expect, it } from '@jest/globals';
import type { appsv1 } from '#api';
import type { Generations } from './replica-sets.js';
import { isScalingEvent, scaleAll, scaleCurrent, scaleOld, scaleOldAway } from './scaling.js';

interface Case {
  name: string;
  /** The Deployment: replicas, surge, unavailable. */
  of: [replicas: number, surge: number | string, unavailable: number | string];
  /** Current and old ReplicaSets: size, available; `was`: the Deployment's size when it was last scaled. */
  current?: [size: number, available: number];
  old?: Array<[size: number, available: number]>;
  was?: number;
  expect: Record<string, number>;
}

function deployment([replicas, maxSurge, maxUnavailable]: Case['of']): appsv1.Deployment {
  const template = { metadata: { name: '', labels: { a: 'b' } }, spec: { containers: [] } };
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas, selector: { matchLabels: { a: 'b' } }, template, strategy },
  };
}

function replicaSet(name: string, [replicas, availableReplicas]: [number, number], was: number | undefined): appsv1.ReplicaSet {
  const annotations =
    was === undefined
      ? undefined
      : { 'deployment.kubernetes.io/desired-replicas': String(was), 'deployment.kubernetes.io/max-replicas': String(was) };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, annotations, creationTimestamp: `2026-01-01T00:00:0${name.at(-1)}Z` },
    spec: { replicas, selector: {} },
    status: { replicas, availableReplicas },
  };
}

function generations({ current, old = [], was }: Case): Generations {
  return {
    current: current === undefined ? undefined : replicaSet('web-9', current, was),
    old: old.map((set, index) => replicaSet(`web-${index}`, set, was)),
  };
}

const sizes = (scalings: ReturnType<typeof scaleAll>): Record<string, number> =>
  Object.fromEntries(scalings.map(({ set, replicas }) => [set.metadata.name, replicas]));

describe('scaleCurrent', () => {
  const cases: Case[] = [
    { name: 'starts with the surge', of: [10, 2, 2], current: [0, 0], old: [[10, 10]], expect: { 'web-9': 2 } },
    { name: 'waits while the surge is used up', of: [10, 2, 2], current: [2, 0], old: [[10, 10]], expect: {} },
    { name: 'takes what the old ones gave', of: [10, 2, 2], current: [2, 0], old: [[8, 8]], expect: { 'web-9': 4 } },
    { name: 'never exceeds what is asked for', of: [3, '100%', 0], current: [1, 1], old: [], expect: { 'web-9': 3 } },
    { name: 'comes down to what is asked for', of: [3, 1, 0], current: [5, 5], old: [], expect: { 'web-9': 3 } },
    { name: 'rounds the surge up', of: [2, '25%', '25%'], current: [0, 0], old: [[2, 2]], expect: { 'web-9': 1 } },
    { name: 'is content', of: [3, 1, 0], current: [3, 0], old: [], expect: {} },
  ];
  it.each(cases)('$name', (given) => {
    expect(sizes(scaleCurrent(deployment(given.of), generations(given)))).toEqual(given.expect);
  });
});

describe('scaleOld', () => {
  const cases: Case[] = [
    { name: 'waits for new pods to be available', of: [10, 2, 2], current: [4, 0], old: [[8, 8]], expect: {} },
    { name: 'gives what may be unavailable at once', of: [10, 2, 2], current: [2, 0], old: [[10, 10]], expect: { 'web-0': 8 } },
    { name: 'gives as many as have become available', of: [10, 2, 2], current: [4, 4], old: [[8, 8]], expect: { 'web-0': 4 } },
    {
      name: 'takes unhealthy pods first, also of a younger set',
      of: [10, 0, 2],
      current: [0, 0],
      old: [
        [5, 5],
        [5, 3],
      ],
      expect: { 'web-1': 3 },
    },
    {
      name: 'takes the oldest first',
      of: [4, 1, 0],
      current: [4, 4],
      old: [
        [2, 2],
        [2, 2],
      ],
      expect: { 'web-0': 0, 'web-1': 0 },
    },
    { name: 'has nothing to give', of: [4, 1, 0], current: [4, 4], old: [[0, 0]], expect: {} },
    { name: 'lets one go where both posts come to nothing', of: [1, 0, '1%'], current: [0, 0], old: [[1, 1]], expect: { 'web-0': 0 } },
  ];
  it.each(cases)('$name', (given) => {
    expect(sizes(scaleOld(deployment(given.of), generations(given)))).toEqual(given.expect);
  });
});

describe('scaleAll', () => {
  const cases: Case[] = [
    { name: 'scales the only running set', of: [5, 1, 0], current: [3, 3], old: [[0, 0]], was: 3, expect: { 'web-9': 5 } },
    { name: 'scales the newest set when none runs', of: [5, 1, 0], current: [0, 0], old: [[0, 0]], was: 0, expect: { 'web-9': 5 } },
    { name: 'scales an old set that runs alone', of: [5, 1, 0], old: [[3, 3]], was: 3, expect: { 'web-0': 5 } },
    {
      name: 'empties old sets once the new one is saturated',
      of: [5, 1, 0],
      current: [5, 5],
      old: [[2, 2]],
      was: 5,
      expect: { 'web-0': 0 },
    },
    {
      name: 'spreads growth in proportion, leftovers to the largest',
      of: [20, 0, 1],
      current: [3, 3],
      old: [[7, 7]],
      was: 10,
      expect: { 'web-9': 6, 'web-0': 14 },
    },
    { name: 'spreads shrinking in proportion', of: [5, 0, 1], current: [3, 3], old: [[7, 7]], was: 10, expect: { 'web-9': 2, 'web-0': 3 } },
    { name: 'empties all', of: [0, 0, 1], current: [3, 3], old: [[7, 7]], was: 10, expect: { 'web-9': 0, 'web-0': 0 } },
  ];
  it.each(cases)('$name', (given) => {
    expect(sizes(scaleAll(deployment(given.of), generations(given)))).toEqual(given.expect);
  });
});

describe('isScalingEvent', () => {
  it('compares with the size at the last scaling, only for ReplicaSets with pods', () => {
    const of: Case['of'] = [5, 1, 0];
    const asked = (given: Omit<Case, 'name' | 'of' | 'expect'>): boolean =>
      isScalingEvent(deployment(of), generations({ name: '', of, expect: {}, ...given }));
    expect([
      asked({ current: [3, 3], was: 3 }),
      asked({ current: [5, 5], was: 5 }),
      asked({ current: [0, 0], was: 3 }),
      asked({ current: [3, 3] }),
    ]).toEqual([true, false, false, false]);
  });
});

describe('scaleOldAway', () => {
  it('removes all old pods', () => {
    const given: Case = {
      name: '',
      of: [3, 1, 0],
      current: [3, 3],
      old: [
        [2, 2],
        [0, 0],
      ],
      expect: {},
    };
    expect(sizes(scaleOldAway(generations(given)))).toEqual({ 'web-0': 0 });
  });
});
