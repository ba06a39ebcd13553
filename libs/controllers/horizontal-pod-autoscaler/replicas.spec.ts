import { expect, it } from '@jest/globals';
import type { corev1 } from '#api';
import {
  type ReplicaInput,
  replicasForAverage,
  replicasForObject,
  replicasForObjectPerPod,
  replicasForUtilization,
  type Sample,
} from './replicas.js';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const time = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1000).toISOString();

interface Given {
  /** Thousandths; unset: there is no sample. */
  uses?: number;
  requests?: number;
  phase?: string;
  ready?: boolean;
  /** Seconds since its start, and since its Ready condition changed. */
  age?: number;
  changed?: number;
  deleted?: boolean;
}

function given(pods: readonly Given[], resource: string, current: number): { input: ReplicaInput; requests: Map<string, number> } {
  const samples = new Map<string, Sample>();
  const requests = new Map<string, number>();
  const made = pods.map(
    ({ uses, requests: request = 1000, phase = 'Running', ready = true, age = 3600, changed = 3500, deleted }, index) => {
      const name = `p${index}`;
      if (uses !== undefined) samples.set(name, { value: uses, at: NOW, window: 15_000 });
      requests.set(name, request);
      const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: time(changed) }];
      return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, ...(deleted ? { deletionTimestamp: time(0) } : {}) },
        spec: { containers: [] },
        status: { phase, startTime: time(age), conditions },
      } as corev1.Pod;
    },
  );
  return { input: { pods: made, samples, resource, current, tolerances: { down: 0.1, up: 0.1 }, now: NOW }, requests };
}

const pods = (...uses: number[]): Given[] => uses.map((one) => ({ uses: one }));

// Cases of replica_calculator_test.go: name, pods, replicas now, target in percent, the replicas, the percentage.
it.each<[string, Given[], number, number, number | string, number | undefined]>([
  ['scales up', pods(300, 500, 700), 3, 30, 5, 50],
  ['scales down', pods(100, 300, 500, 250, 250), 5, 50, 3, 28],
  ['stays within the tolerance', pods(1010, 1030, 1020), 3, 100, 3, 102],
  ['ignores pods that are not ready when it scales up', [{ uses: 100, ready: false, changed: 3600 }, ...pods(500, 700)], 3, 30, 4, 60],
  ['ignores the usage of pods that are hot because they start', [{ uses: 1000, age: 60, changed: 5 }, ...pods(300, 300)], 3, 30, 3, 30],
  ['counts pods that have been ready for a window', [{ uses: 900, age: 60, changed: 20 }, ...pods(300, 300)], 3, 30, 5, 50],
  ['ignores failed and deleted pods', [{ uses: 500, phase: 'Failed' }, { uses: 500, deleted: true }, ...pods(500, 700)], 2, 50, 3, 60],
  ['assumes that pods without metrics use all when it scales down', [...pods(100, 100), {}], 3, 50, 3, 10],
  ['assumes that pods without metrics use nothing when it scales up', [...pods(1000, 1000), {}], 3, 50, 4, 100],
  ['says that no pod is there', [], 1, 50, 'no pods returned by selector while calculating replica count', undefined],
  ['says that no pod has metrics', [{}], 1, 50, 'did not receive metrics for targeted pods (pods might be unready)', undefined],
  ['says that nothing is requested', [{ uses: 100, requests: 0 }], 1, 50, 'no metrics returned matched known pods', undefined],
])('%s', (_, some, current, target, want, utilization) => {
  const { input, requests } = given(some, 'cpu', current);
  const proposal = replicasForUtilization(input, requests, target);
  expect(typeof proposal === 'string' ? [proposal] : [proposal.replicas, proposal.utilization]).toEqual(
    utilization === undefined ? [want] : [want, utilization],
  );
});

it.each<[string, Given[], number, number, number, number]>([
  ['scales up by an average', pods(20_000, 10_000, 30_000), 3, 15_000, 4, 20_000],
  ['scales down by an average', pods(12_000, 12_000, 12_000, 12_000, 12_000), 5, 20_000, 3, 12_000],
  ['assumes the target for pods without metrics when it scales down', [...pods(10_000, 10_000), {}], 3, 20_000, 2, 10_000],
])('%s', (_, some, current, target, replicas, average) => {
  expect(replicasForAverage(given(some, 'memory', current).input, target)).toEqual({ replicas, average });
});

const tolerances = { down: 0.1, up: 0.1 };

it.each<[string, number, { current: number; pods: number; ready: number }, number | string]>([
  ['scales up by the pods that are ready', 2, { current: 3, pods: 3, ready: 2 }, 4],
  ['rounds up', 1.3, { current: 3, pods: 3, ready: 3 }, 4],
  ['scales down', 0.5, { current: 4, pods: 4, ready: 4 }, 2],
  ['stays within the tolerance', 1.1, { current: 3, pods: 3, ready: 1 }, 3],
  [
    'needs pods',
    2,
    { current: 3, pods: 0, ready: 0 },
    'unable to calculate ready pods: no pods returned by selector while calculating replica count',
  ],
  ['ends at the largest number of replicas', 1e12, { current: 3, pods: 3, ready: 3 }, 2 ** 31 - 1],
  ['is without a target of zero', Number.POSITIVE_INFINITY, { current: 3, pods: 3, ready: 3 }, 2 ** 31 - 1],
])('a value of an object %s', (_what, ratio, given, replicas) => {
  expect(replicasForObject(ratio, { ...given, tolerances })).toBe(replicas);
});

it.each<[string, number, { target: number; replicas: number }, { replicas: number; usage: number }]>([
  ['scales up', 8600, { target: 2150, replicas: 3 }, { replicas: 4, usage: 2867 }],
  ['scales down', 8600, { target: 2867, replicas: 5 }, { replicas: 3, usage: 1720 }],
  ['stays within the tolerance', 8600, { target: 2867, replicas: 3 }, { replicas: 3, usage: 2867 }],
  ['is told without pods', 1000, { target: 500, replicas: 0 }, { replicas: 2, usage: 0 }],
])('a value that pods share %s', (_what, usage, given, expected) => {
  expect(replicasForObjectPerPod(usage, { ...given, tolerances })).toEqual(expected);
});
