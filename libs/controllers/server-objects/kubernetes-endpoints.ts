import type { Resource } from '#api';
import { type corev1, EndpointSlice, Endpoints, Node } from '#api';
import { ignoreAlreadyExists, type KubeObject } from '#apimachinery';
import type { CausalClient } from '#client';
import type { Faults, Informers } from '#controller-runtime';
import { type EndpointServer, listedServers, planEndpoints, planSlice } from './endpoints-plan.js';
import { serverDuty } from './server-duty.js';

const KEPT = { name: 'kubernetes', namespace: 'default' };
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const SERVER = 'kube-apiserver';

/** The API servers of a cluster: one on each node of its control plane. */
function serversOf(informers: Informers, faults: Faults): EndpointServer[] {
  const nodes = informers.of<corev1.Node>(Node).list();
  return nodes.flatMap(({ metadata: { name, labels }, status }) => {
    const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
    if (labels?.[CONTROL_PLANE] === undefined || address === undefined) return [];
    const node = faults.node(name);
    const outage = node ?? faults.instance(SERVER, name);
    return [{ address, outage, abrupt: node !== undefined || faults.crash(SERVER, name) !== undefined }];
  });
}

async function write<T extends KubeObject>(client: CausalClient, resource: Resource<T>, standing: T | undefined, wanted: T): Promise<void> {
  if (standing) await client.update(resource, wanted);
  else await client.create(resource, wanted).catch(ignoreAlreadyExists);
}

/**
 * Keeps the endpoints of the Service `kubernetes`: the API servers that are up, as they tell one another through keys in etcd that expire
 * (controlplane/reconcilers/lease.go). The keys are computed, not stored.
 */
export const kubernetesEndpoints = serverDuty({
  name: 'kubernetes-endpoints',
  keeps: [
    { resource: Endpoints, ...KEPT },
    { resource: EndpointSlice, ...KEPT },
  ],
  reads: [Node],
  async run({ client, informers, faults, clock }) {
    const now = clock.now();
    const { addresses, nextAt } = listedServers(serversOf(informers, faults), now);
    if (addresses.length === 0) return undefined;
    const endpoints = informers.of(Endpoints).get(KEPT.name, KEPT.namespace);
    const wanted = planEndpoints(endpoints, addresses);
    if (wanted) await write(client, Endpoints, endpoints, wanted);
    const slice = informers.of(EndpointSlice).get(KEPT.name, KEPT.namespace);
    const wantedSlice = planSlice(slice, addresses);
    if (wantedSlice) await write(client, EndpointSlice, slice, wantedSlice);
    return nextAt === undefined ? undefined : { requeueAfter: nextAt - now };
  },
});
