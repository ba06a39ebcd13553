import type { corev1 } from '#api';
import type { ProbeMemory } from './memory.js';
import { probesAgain } from './probes-again.js';
import { nginx, podOf } from './story.js';

const exec: corev1.Probe = { exec: { command: ['true'] }, periodSeconds: 5, initialDelaySeconds: 1 };
const settled: ProbeMemory = { successes: 1, failures: 0, passed: true };

it.each<[string, Partial<corev1.Container>, Partial<Record<string, ProbeMemory>>, Partial<Record<string, ProbeMemory>>]>([
  ['a command is run again', { readinessProbe: exec }, { readiness: settled }, { readiness: { ...settled, next: 16_000 } }],
  ['one that is due is left', { livenessProbe: exec }, { liveness: { ...settled, next: 3 } }, { liveness: { ...settled, next: 3 } }],
  ['a request is not', { livenessProbe: { httpGet: { port: 80 } } }, { liveness: settled }, { liveness: settled }],
  ['what has started has started', { startupProbe: exec }, { startup: settled }, { startup: settled }],
])('probes after files have changed: %s', (_, container, probes, expected) => {
  const pod = podOf({ containers: [{ ...nginx, ...container }] });
  const memory = { containers: { c: { startedAt: 0, probes } } };
  expect(probesAgain(pod, memory, 12_000).containers).toEqual({ c: { startedAt: 0, probes: expected } });
});
