import type { corev1, discoveryv1 } from '#api';

type Endpoint = discoveryv1.Endpoint;

/** Where a client is: its node, and the zone of that. */
export interface Place {
  node: string;
  zone: string;
}

const isReady = ({ conditions }: Endpoint): boolean => conditions?.ready !== false;
const isEnding = ({ conditions }: Endpoint): boolean => conditions?.serving === true && conditions.terminating === true;

const forNode = ({ hints }: Endpoint): string[] => (hints?.forNodes ?? []).map(({ name }) => name);
const forZone = ({ hints }: Endpoint): string[] => (hints?.forZones ?? []).map(({ name }) => name);

/** Those of the ready endpoints that are meant for a place; all of them if some have no hint or none is for it (topologyModeFromHints). */
function hinted(ready: readonly Endpoint[], { node, zone }: Place): readonly Endpoint[] {
  for (const [hints, here] of [
    [forNode, node],
    [forZone, zone],
  ] as const) {
    if (!ready.every((endpoint) => hints(endpoint).length > 0)) continue;
    const near = ready.filter((endpoint) => hints(endpoint).includes(here));
    if (near.length > 0) return near;
  }
  return ready;
}

/** The first list that is not empty. */
const firstOf = (...lists: Array<readonly Endpoint[]>): readonly Endpoint[] => lists.find(({ length }) => length > 0) ?? [];

/**
 * The endpoints that kube-proxy on a node sends the connections of its pods to (pkg/proxy/topology.go CategorizeEndpoints). `dropped`: there are
 * some, but none on this node, and the Service wants those alone.
 */
export function reachableEndpoints(
  { internalTrafficPolicy }: corev1.ServiceSpec,
  endpoints: readonly Endpoint[],
  place: Place,
): { endpoints: readonly Endpoint[]; dropped: boolean } {
  const ready = endpoints.filter(isReady);
  const ending = endpoints.filter(isEnding);
  if (internalTrafficPolicy !== 'Local') return { endpoints: firstOf(hinted(ready, place), ending), dropped: false };
  const isLocal = ({ nodeName }: Endpoint): boolean => nodeName === place.node;
  const local = firstOf(ready.filter(isLocal), ending.filter(isLocal));
  return { endpoints: local, dropped: local.length === 0 && ready.length + ending.length > 0 };
}
