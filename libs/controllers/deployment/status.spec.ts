import { describe, expect, it } from '@jest/globals';
import type { appsv1 } from '#api';
import type { Generations } from './replica-sets.js';
import { rolloutStatus, stuckCheck } from './status.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString().replace('.000', '');

const deployment: appsv1.Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', generation: 2 },
  spec: {
    replicas: 3,
    selector: { matchLabels: { a: 'b' } },
    template: { spec: { containers: [] } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    progressDeadlineSeconds: 60,
  },
};

function sets(status: Partial<appsv1.ReplicaSetStatus>): Generations {
  const current = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-x' },
    spec: { replicas: 3, selector: {} },
    status: { replicas: 3, observedGeneration: 1, terminatingReplicas: 0, ...status },
  };
  return { current, old: [] };
}

const unavailable = {
  type: 'Available',
  status: 'False',
  lastUpdateTime: at(0),
  lastTransitionTime: at(0),
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
};
const created = {
  type: 'Progressing',
  status: 'True',
  lastUpdateTime: at(0),
  lastTransitionTime: at(0),
  reason: 'NewReplicaSetCreated',
  message: 'Created new replica set "web-x"',
};
const counts = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, unavailableReplicas: 3, terminatingReplicas: 0 };

describe('rolloutStatus', () => {
  it('reports progress while pods are started', () => {
    const status = { conditions: [created] };
    const next = rolloutStatus({ deployment, status, sets: sets({}), now: START });
    const progressing = { ...created, reason: 'ReplicaSetUpdated', message: 'ReplicaSet "web-x" is progressing.' };
    expect(next).toEqual({ ...counts, conditions: [unavailable, progressing] });
  });

  it('updates only the update time while there is progress', () => {
    const progressing = { ...created, reason: 'ReplicaSetUpdated', message: 'ReplicaSet "web-x" is progressing.' };
    const status = { ...counts, conditions: [unavailable, progressing] };
    const next = rolloutStatus({ deployment, status, sets: sets({ readyReplicas: 1, availableReplicas: 1 }), now: START + 5_000 });
    expect(next).toEqual({
      ...counts,
      readyReplicas: 1,
      availableReplicas: 1,
      unavailableReplicas: 2,
      conditions: [unavailable, { ...progressing, lastUpdateTime: at(5) }],
    });
  });

  it('reports success once, and is unchanged afterwards', () => {
    const done = sets({ readyReplicas: 3, availableReplicas: 3 });
    const status = { ...counts, conditions: [unavailable, created] };
    const next = rolloutStatus({ deployment, status, sets: done, now: START + 5_000 });
    const { unavailableReplicas: _, ...rest } = counts;
    const available = {
      type: 'Available',
      status: 'True',
      lastUpdateTime: at(5),
      lastTransitionTime: at(5),
      reason: 'MinimumReplicasAvailable',
      message: 'Deployment has minimum availability.',
    };
    const complete = {
      ...created,
      lastUpdateTime: at(5),
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "web-x" has successfully progressed.',
    };
    expect(next).toEqual({ ...rest, readyReplicas: 3, availableReplicas: 3, conditions: [available, complete] });
    expect(rolloutStatus({ deployment, status: next, sets: done, now: START + 500_000 })).toEqual(next);
    expect(stuckCheck(deployment, next, START)).toBeUndefined();
  });

  it('fails after the deadline, and returns when to check', () => {
    const status = { ...counts, conditions: [unavailable, created] };
    expect(stuckCheck(deployment, status, START + 10_000)).toBe(51_000);
    expect(rolloutStatus({ deployment, status, sets: sets({}), now: START + 60_000 })).toEqual(status);
    const next = rolloutStatus({ deployment, status, sets: sets({}), now: START + 61_000 });
    const failed = {
      ...created,
      status: 'False',
      lastUpdateTime: at(61),
      lastTransitionTime: at(61),
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "web-x" has timed out progressing.',
    };
    expect(next).toEqual({ ...counts, conditions: [unavailable, failed] });
    expect(stuckCheck(deployment, next, START + 61_000)).toBeUndefined();
  });

  it('reports that pods cannot be created', () => {
    const failure = { type: 'ReplicaFailure', status: 'True', lastTransitionTime: at(1), reason: 'FailedCreate', message: 'no room' };
    const status = { ...counts, conditions: [unavailable, created] };
    const next = rolloutStatus({ deployment, status, sets: sets({ conditions: [failure] }), now: START });
    expect(next.conditions).toEqual([unavailable, created, { ...failure, lastUpdateTime: at(1) }]);
    expect(rolloutStatus({ deployment, status: next, sets: sets({}), now: START }).conditions).toEqual([unavailable, created]);
  });

  it('reports no progress without a deadline', () => {
    const spec = { ...deployment.spec, progressDeadlineSeconds: 2 ** 31 - 1 };
    const status = { conditions: [created] };
    expect(rolloutStatus({ deployment: { ...deployment, spec }, status, sets: sets({}), now: START }).conditions).toEqual([unavailable]);
  });
});
