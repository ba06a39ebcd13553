import { describe, expect, it } from '@jest/globals';
import type { corev1 } from '#api';
import { podsToDelete } from './ranking.js';

const NOW = Date.parse('2026-01-02T00:00:00Z');

interface Given {
  node?: string;
  phase?: string;
  /** Seconds it has been ready. */
  ready?: number;
  cost?: string;
  /** Seconds since its creation. */
  age?: number;
  restarts?: number;
}

function pod(name: string, { node = 'n1', phase = 'Running', ready, cost, age = 1000, restarts = 0 }: Given): corev1.Pod {
  const time = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();
  const condition = { type: 'Ready', status: 'True', lastTransitionTime: time(ready ?? 0) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: time(age),
      annotations: cost === undefined ? undefined : { 'controller.kubernetes.io/pod-deletion-cost': cost },
    },
    spec: { containers: [], nodeName: node },
    status: {
      phase,
      conditions: ready === undefined ? [] : [condition],
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: restarts }],
    },
  };
}

describe('podsToDelete', () => {
  it.each<[string, Given, Given]>([
    ['unassigned before assigned', { node: '', ready: 500 }, { node: 'n1' }],
    ['pending before running', { phase: 'Pending', ready: 500 }, { phase: 'Running' }],
    ['not ready before ready', {}, { ready: 5 }],
    ['cheap before dear', { ready: 500, cost: '-5' }, { ready: 5 }],
    ['shortly ready before long ready', { ready: 5 }, { ready: 500 }],
    ['restarted often before seldom', { restarts: 3 }, { restarts: 1 }],
    ['young before old', { age: 10 }, { age: 1000 }],
    ['of about the same age by uid', { age: 1001 }, { age: 1000 }],
  ])('%s', (_, first, second) => {
    const a = pod('a', first);
    const b = pod('b', second);
    const chosen = [
      [a, b],
      [b, a],
    ].map((pods) => podsToDelete({ pods, related: [], count: 1, now: NOW }).map(({ metadata }) => metadata.name));
    expect(chosen).toEqual([['a'], ['a']]);
  });

  it('prefers crowded nodes', () => {
    const pods = [pod('a', { node: 'n1', ready: 5 }), pod('b', { node: 'n2', ready: 500 }), pod('c', { node: 'n2', ready: 500 })];
    const chosen = podsToDelete({ pods, related: pods, count: 1, now: NOW });
    expect(chosen.map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  it('returns all pods if all are to be deleted', () => {
    const pods = [pod('b', {}), pod('a', { phase: 'Pending' })];
    expect(podsToDelete({ pods, related: [], count: 2, now: NOW })).toEqual(pods);
  });
});
