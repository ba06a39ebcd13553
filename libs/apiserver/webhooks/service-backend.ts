import type { corev1, discoveryv1 } from '#api';
import { goQuote } from '#apimachinery';
import type { ClusterReader } from '../rest/reader.js';
import { NoAnswer } from './webhook-caller.js';

/** Where a request to a Service goes. */
export type Backend =
  /** The API server itself. */
  | { to: 'self' }
  | { to: 'pod'; pod: corev1.Pod; port: number; dialed: string }
  /** An ExternalName, or an endpoint that is no pod. */
  | { to: 'outside'; host: string; port: number };

interface ServicePlace {
  namespace: string;
  name: string;
  port: number;
}

/** What kube-proxy answers for a Service without ready endpoints, and a node for a port on which nothing listens. */
export const connectionRefused = (address: string): NoAnswer => new NoAnswer(`dial tcp ${address}: connect: connection refused`);

const joined = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

/**
 * Finds the backend of a Service: its cluster IP (apiserver/pkg/util/proxy ResolveCluster), and behind it the first ready endpoint. Throws
 * NoAnswer.
 */
export async function serviceBackend(reader: ClusterReader, { namespace, name, port }: ServicePlace): Promise<Backend> {
  if (namespace === 'default' && name === 'kubernetes') return { to: 'self' };
  const service = await reader.get<corev1.Service>('', 'services', namespace, name);
  if (!service) throw new NoAnswer(`service ${goQuote(name)} not found`);
  const { type = 'ClusterIP', clusterIP = '', externalName = '', ports = [] } = service.spec;
  if (type === 'ExternalName') return { to: 'outside', host: externalName, port };
  if (clusterIP === 'None') throw new NoAnswer('cannot route to service with ClusterIP "None"');
  const found = ports.find((one) => one.port === port);
  if (!found) throw new NoAnswer(`no service port ${port} found for service ${goQuote(name)}`);
  const dialed = joined(clusterIP, port);
  const endpoint = await readyEndpoint(reader, { namespace, name, portName: found.name ?? '' });
  if (endpoint === undefined) throw connectionRefused(dialed);
  const { address, target } = endpoint;
  if (target === undefined) return { to: 'outside', host: address, port: endpoint.port };
  const pod = await reader.get<corev1.Pod>('', 'pods', namespace, target);
  if (!pod || pod.metadata.deletionTimestamp !== undefined) throw connectionRefused(dialed);
  return { to: 'pod', pod, port: endpoint.port, dialed };
}

interface Endpoint {
  address: string;
  port: number;
  /** The pod's name. */
  target?: string;
}

async function readyEndpoint(
  reader: ClusterReader,
  { namespace, name, portName }: { namespace: string; name: string; portName: string },
): Promise<Endpoint | undefined> {
  const slices = await reader.list<discoveryv1.EndpointSlice>('discovery.k8s.io', 'endpointslices', namespace);
  for (const slice of slices) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== name) continue;
    const port = slice.ports?.find((one) => (one.name ?? '') === portName)?.port;
    const ready = slice.endpoints?.find(({ conditions, addresses }) => conditions?.ready !== false && addresses.length > 0);
    if (port === undefined || !ready) continue;
    const { targetRef, addresses } = ready;
    return { address: addresses[0] ?? '', port, ...(targetRef?.kind === 'Pod' && targetRef.name ? { target: targetRef.name } : {}) };
  }
  return undefined;
}
