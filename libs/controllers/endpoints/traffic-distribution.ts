import type { discoveryv1 } from '#api';
import { deepEqual } from '#apimachinery';

type Endpoint = discoveryv1.Endpoint;
type Slice = discoveryv1.EndpointSlice;

/** The slices of one address type that are to be written, and those that stay. */
export interface Hinted {
  create: Slice[];
  update: Slice[];
  unchanged: Slice[];
}

const CLOSE = new Set(['PreferClose', 'PreferSameZone', 'PreferSameNode']);

/** Whether a Service prefers endpoints that are near (validTrafficDistribution). */
export const isClose = (distribution: string | undefined): distribution is string => CLOSE.has(distribution ?? '');

const isReady = ({ conditions }: Endpoint): boolean => conditions?.ready === true;

function hintsOf({ zone, nodeName }: Endpoint, forNode: boolean): discoveryv1.EndpointHints | undefined {
  const node = forNode ? nodeName : undefined;
  if (zone === undefined && node === undefined) return undefined;
  return { ...(zone === undefined ? {} : { forZones: [{ name: zone }] }), ...(node === undefined ? {} : { forNodes: [{ name: node }] }) };
}

/** The same endpoint with other hints. */
export function withHints(endpoint: Endpoint, hints: discoveryv1.EndpointHints | undefined): Endpoint {
  const { hints: _, ...rest } = endpoint;
  return hints === undefined ? rest : { ...rest, hints };
}

/** The slices with hints for the zones of their ready endpoints, and for their nodes (endpointslice/trafficdist ReconcileHints). Pure. */
export function hintForDistribution(distribution: string, { create, update, unchanged }: Hinted): Hinted {
  const forNode = distribution === 'PreferSameNode';
  const hinted = (slice: Slice): Slice => ({
    ...slice,
    endpoints: (slice.endpoints ?? []).map((endpoint) => (isReady(endpoint) ? withHints(endpoint, hintsOf(endpoint, forNode)) : endpoint)),
  });
  const isStale = ({ endpoints = [] }: Slice): boolean =>
    endpoints.some((endpoint) => isReady(endpoint) && !deepEqual(endpoint.hints, hintsOf(endpoint, forNode)));
  return {
    create: create.map(hinted),
    update: [...update, ...unchanged.filter(isStale)].map(hinted),
    unchanged: unchanged.filter((slice) => !isStale(slice)),
  };
}

/** The slices without hints (RemoveHintsFromSlices). Pure. */
export function withoutHints({ create, update, unchanged }: Hinted): Hinted {
  const hasHints = ({ endpoints = [] }: Slice): boolean => endpoints.some(({ hints }) => hints !== undefined);
  const plain = (slice: Slice): Slice =>
    hasHints(slice) ? { ...slice, endpoints: (slice.endpoints ?? []).map((endpoint) => withHints(endpoint, undefined)) } : slice;
  return {
    create: create.map(plain),
    update: [...update, ...unchanged.filter(hasHints)].map(plain),
    unchanged: unchanged.filter((slice) => !hasHints(slice)),
  };
}
