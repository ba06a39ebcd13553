import { Pod } from '#api';
import { type MetricRegistry, values } from '#component-base';
import type { ClusterContext } from '#controller-runtime';
import type { FaultView } from './faults/fault-view.js';
import type { Elected } from './faults/leader-election.js';

/** The requests of a component (component-base/metrics/prometheus/restclient). The host is added where they are told: it is that of its node. */
const requests = () =>
  values('rest_client_requests_total', '[ALPHA] Number of HTTP requests, partitioned by status code, method, and host.');

const METHODS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' };

/** Counts the requests of a component. */
export function requestCounter(metrics: MetricRegistry): (verb: string, code: number) => void {
  return (verb, code) => metrics.count(requests, { code: String(code), host: '', method: METHODS[verb] ?? 'GET' });
}

/** Lets the counters of an elected component begin anew when another process of it works than before. */
export function processFollower(name: Elected, { informers, metrics, faults }: ClusterContext): () => void {
  let last: { pod: unknown; node: string } | undefined;
  return () => {
    if (metrics === undefined) return;
    const node = (faults as FaultView).leader(name);
    const pod = informers.of(Pod).get(`${name}-${node}`, 'kube-system');
    if (pod === undefined || (last?.pod === pod && last.node === node)) return;
    last = { pod, node };
    const started = pod.status?.containerStatuses?.[0]?.containerID;
    if (started !== undefined) metrics.runAs(`${node} ${started}`);
  };
}
