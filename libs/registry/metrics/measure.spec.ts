import { expect, it } from '@jest/globals';
import type { corev1 } from '#api';
import { loads, targetOf } from './load.js';
import { podMetrics } from './measure.js';

const NOW = Date.parse('2026-01-01T00:10:07Z');

interface Given {
  name?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  command?: string;
  requests?: Record<string, string>;
  limits?: Record<string, string>;
  /** Seconds it has been running. */
  age?: number;
}

function pod({ name = 'p', labels, annotations, command, requests, limits, age = 300 }: Given): corev1.Pod {
  const startedAt = new Date(NOW - age * 1000).toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, namespace: 'default', ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
    spec: {
      containers: [
        {
          name: 'c',
          image: 'i',
          resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) },
          ...(command === undefined ? {} : { command: ['sh', '-c', command] }),
        },
      ],
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'c', image: 'i', imageID: '', ready: true, restartCount: 0, state: { running: { startedAt } } }],
    },
  };
}

const usageOf = (given: Given, load = 0) => podMetrics(pod(given), NOW, load)?.containers[0]?.usage;

it('is what the annotations say', () => {
  const requests = { cpu: '200m', memory: '100Mi' };
  expect(usageOf({ annotations: { 'usage.orrery.io/cpu': '150m', 'usage.orrery.io/memory': '64Mi' } })).toEqual({
    cpu: '150m',
    memory: '65536Ki',
  });
  expect(usageOf({ requests, annotations: { 'usage.orrery.io/cpu': '80%', 'usage.orrery.io/memory.c': '50%' } })).toEqual({
    cpu: '160m',
    memory: '51200Ki',
  });
  expect(usageOf({ limits: { cpu: '100m' }, annotations: { 'usage.orrery.io/cpu': '5', 'usage.orrery.io/memory': '1Mi' } })).toEqual({
    cpu: '100m',
    memory: '1024Ki',
  });
});

it('has the time of the last measurement, and is the same until the next one', () => {
  const first = podMetrics(pod({}), NOW, 0);
  expect([first?.timestamp, first?.window]).toEqual(['2026-01-01T00:10:00Z', '15s']);
  expect(podMetrics(pod({}), NOW + 7_000, 0)?.containers).toEqual(first?.containers);
  expect(podMetrics(pod({}), NOW + 8_000, 0)?.containers).not.toEqual(first?.containers);
});

it('is not known of pods that have just started', () => {
  expect([podMetrics(pod({ age: 10 }), NOW, 0), podMetrics(pod({ age: 30 }), NOW, 0)?.metadata.name]).toEqual([undefined, 'p']);
});

it.each([
  ['while true; do :; done', true],
  ['stress --cpu 1', true],
  ['while true; do sleep 1; done', false],
])('%s keeps a core busy: %s', (command, busy) => {
  expect(Number.parseInt(usageOf({ command })?.cpu ?? '', 10) > 900_000_000).toBe(busy);
});

it.each([
  ['while sleep 0.01; do wget -q -O- http://web; done', 'default/web'],
  ['hey -z 10m http://web.shop.svc.cluster.local/', 'shop/web'],
  ['wget http://web', undefined],
  ['while true; do sleep 1; done', undefined],
])('%s sends requests to %s', (command, target) => {
  expect(targetOf(pod({ command }))).toBe(target);
});

it('shares the load among the pods behind a service', () => {
  const labels = { app: 'web' };
  const pods = [
    pod({ name: 'a', labels }),
    pod({ name: 'b', labels }),
    pod({ name: 'g', command: 'while true; do curl http://web; done' }),
  ];
  const service: corev1.Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: labels },
  };
  expect([...loads(pods, [service])]).toEqual([
    ['a', 250],
    ['b', 250],
  ]);
});
