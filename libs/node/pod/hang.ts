import type { corev1 } from '#api';
import { goQuote, type Instant, parseTime } from '#apimachinery';
import { portNumber } from './probes.js';

/** A process that does nothing from a time on, as after SIGSTOP, until it is continued or killed. The kernel goes on accepting connections. */
export interface Hang {
  readonly since: Instant;
  readonly until?: Instant;
}

/** How long the kubelet's prober waits for a TLS handshake (net/http, apimachinery/pkg/util/net SetTransportDefaults). */
const TLS_HANDSHAKE = 10_000;

const periodOf = ({ periodSeconds }: corev1.Probe): number => Math.max(1, periodSeconds ?? 10) * 1000;

/** How a probe of a process that hangs fails, and after how long; undefined if it does not ask the process for an answer. */
export function hungProbe(container: corev1.Container, probe: corev1.Probe, podIP: string): { took: number; output: string } | undefined {
  const { httpGet, grpc } = probe;
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  if (grpc) {
    const output = `timeout: failed to connect service "${podIP}:${grpc.port}" within ${timeout / 1000}s: context deadline exceeded`;
    return { took: timeout, output };
  }
  if (!httpGet) return undefined;
  const scheme = (httpGet.scheme || 'HTTP').toLowerCase();
  const path = httpGet.path?.startsWith('/') ? httpGet.path : `/${httpGet.path ?? ''}`;
  const url = goQuote(`${scheme}://${httpGet.host || podIP}:${portNumber(container, httpGet.port)}${path}`);
  if (scheme === 'https' && timeout > TLS_HANDSHAKE) return { took: TLS_HANDSHAKE, output: `Get ${url}: net/http: TLS handshake timeout` };
  return { took: timeout, output: `Get ${url}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)` };
}

/** When a probe is run for the first time from a time on. Statuses tell starts in whole seconds. */
export function probedFrom(probe: corev1.Probe, status: corev1.ContainerStatus | undefined, from: Instant): Instant {
  const first = (parseTime(status?.state?.running?.startedAt ?? '') ?? from) + (probe.initialDelaySeconds ?? 0) * 1000;
  return first + Math.max(0, Math.ceil((from - first) / periodOf(probe))) * periodOf(probe);
}

/** When the probe is run again that was begun at a time and failed later: a tick that has come meanwhile is not lost (time.Ticker). */
export const probedAgain = (probe: corev1.Probe, begun: Instant, failed: Instant): Instant => Math.max(begun + periodOf(probe), failed);

/**
 * When the kubelet has killed a process that hangs: its liveness probe has failed as often as it may, and SIGTERM, which it does not handle,
 * was followed by SIGKILL. Undefined: nobody finds out.
 */
export function hungUntil({ spec }: corev1.Pod, status: corev1.ContainerStatus | undefined, since: Instant): Instant | undefined {
  const container = spec.containers.find(({ name }) => name === status?.name);
  const probe = container?.livenessProbe;
  const failing = container && probe && hungProbe(container, probe, '');
  if (probe === undefined || failing === undefined) return undefined;
  let at = probedFrom(probe, status, since);
  for (let failures = 1; failures < (probe.failureThreshold ?? 3); failures += 1) at = probedAgain(probe, at, at + failing.took);
  const grace = probe.terminationGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  return at + failing.took + grace * 1000;
}
