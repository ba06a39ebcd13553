import type { corev1 } from '#api';
import { hungProbe, hungUntil, probedFrom } from './hang.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const status = { name: 'c', state: { running: { startedAt: '2026-01-01T00:00:00Z' } } } as corev1.ContainerStatus;
const pod = (livenessProbe: corev1.Probe | undefined): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'i', ...(livenessProbe && { livenessProbe }) }], terminationGracePeriodSeconds: 30 },
});
const kubeadms = { timeoutSeconds: 15, failureThreshold: 8, periodSeconds: 10, initialDelaySeconds: 10 };
const http = { ...kubeadms, httpGet: { host: '127.0.0.1', path: '/livez', port: 2381, scheme: 'HTTP' } };
const https = { ...kubeadms, httpGet: { host: '192.0.2.1', path: '/livez', port: 6443, scheme: 'HTTPS' } };

it.each<[string, corev1.Probe, number, string]>([
  ['http', http, 15_000, 'Get "http://127.0.0.1:2381/livez": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'],
  ['https', https, 10_000, 'Get "https://192.0.2.1:6443/livez": net/http: TLS handshake timeout'],
  [
    'https, with a shorter time-out',
    { ...https, timeoutSeconds: 1 },
    1_000,
    'Get "https://192.0.2.1:6443/livez": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  ],
  ['gRPC', { grpc: { port: 9 } }, 1_000, 'timeout: failed to connect service "10.0.0.1:9" within 1s: context deadline exceeded'],
])('a probe over %s of a process that hangs', (_, probe, took, output) => {
  expect(hungProbe({ name: 'c', image: 'i' }, probe, '10.0.0.1')).toEqual({ took, output });
});

it.each<[string, corev1.Probe | undefined, number, number | undefined]>([
  ['by https: 8 times 10 s and the grace period', https, 60_000, 60_000 + 80_000 + 30_000],
  ['by https, between two probes', https, 61_000, 70_000 + 80_000 + 30_000],
  ['by http: 8 times 15 s and the grace period', http, 60_000, 60_000 + 120_000 + 30_000],
  ['with a grace period of its own', { ...http, failureThreshold: 1, terminationGracePeriodSeconds: 5 }, 60_000, 60_000 + 15_000 + 5_000],
  ['with time between the probes', { ...http, timeoutSeconds: 1, failureThreshold: 3 }, 60_000, 60_000 + 21_000 + 30_000],
  ['before its first probe', https, 0, 10_000 + 80_000 + 30_000],
  ['by a connection only', { tcpSocket: { port: 80 } }, 60_000, undefined],
  ['by a command', { exec: { command: ['true'] } }, 60_000, undefined],
  ['not at all', undefined, 60_000, undefined],
])('a process that hangs and is probed %s', (_, probe, since, until) => {
  expect(hungUntil(pod(probe), status, START + since)).toBe(until === undefined ? undefined : START + until);
});

it('a container without a status is probed from now on', () => {
  expect(probedFrom(https, undefined, START)).toBe(START + 10_000);
});
