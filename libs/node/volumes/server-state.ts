import { isIP } from 'node:net';
import { type corev1, EndpointSlice, Node, Pod, Service } from '#api';
import { isPodReady } from '#component-helpers';
import type { Informers } from '#controller-runtime';
import { parseImage } from '../images/reference.js';
import { programOfContainer } from '../pod/programs.js';
import { NFS_PORT, type ServerState } from './servers.js';

/** Images whose programs are not known, and which serve NFS by their name: not those of its clients. */
const NFS_SERVER = /(^|[/_-])(volume-nfs|nfs|nfs[_-](server|ganesha|provisioner)[\w-]*)$/;

/** Whether a pod's program listens on a port. */
function listens(pod: corev1.Pod, port: number): boolean {
  if (!isPodReady(pod)) return false;
  return pod.spec.containers.some((container) => {
    const program = programOfContainer(container);
    if (program?.does !== 'serve') return false;
    if (program.ports.some((open) => open.port === port)) return true;
    const declares = (container.ports?.length ?? 0) > 0;
    return port === NFS_PORT && !declares && NFS_SERVER.test(parseImage(container.image ?? '')?.repository ?? '');
  });
}

/** The pods to which kube-proxy passes connections for a port of a Service; undefined: it has no such port. */
function backends({ metadata, spec }: corev1.Service, port: number, informers: Informers): corev1.Pod[] | undefined {
  if (!spec.ports?.some((each) => each.port === port)) return undefined;
  const slices = informers.of(EndpointSlice).list();
  const own = slices.filter(
    (slice) => slice.metadata.namespace === metadata.namespace && slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name,
  );
  const ready = own.flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false));
  return ready.flatMap(({ targetRef }) => informers.of(Pod).get(targetRef?.name ?? '', targetRef?.namespace) ?? []);
}

/** What a node finds at an address, or a name, and a port. */
export function serverState(informers: Informers, host: string, port: number): ServerState {
  if (isIP(host) === 0) return 'unknown';
  const answer = (serves: boolean): ServerState => (serves ? 'serves' : 'refuses');
  if (host === '127.0.0.1' || host === '::1') return 'refuses';
  const service = informers
    .of(Service)
    .list()
    .find(({ spec }) => spec.clusterIP === host);
  // Connections to other ports of a Service are not translated: they go nowhere.
  if (service) {
    const behind = backends(service, port, informers);
    return behind === undefined ? 'silent' : answer(behind.some((pod) => listens(pod, port)));
  }
  const pods = informers
    .of(Pod)
    .list()
    .filter(({ status }) => status?.podIP === host);
  const isNode = informers
    .of(Node)
    .list()
    .some(({ status }) => status?.addresses?.some(({ address }) => address === host));
  return pods.length > 0 || isNode ? answer(pods.some((pod) => listens(pod, port))) : 'silent';
}
