import type { KubeObject } from '#apimachinery';
import type { ChainStep } from './chain.js';

/** Targets that a step names. */
const SHOWN = 3;
const SERVICE_LABEL = 'kubernetes.io/service-name';
/** kube-proxy does not watch slices with this label (cmd/kube-proxy/app/server.go). */
const HEADLESS_LABEL = 'service.kubernetes.io/headless';

/** What kube-proxy makes of an EndpointSlice of a Service: a rule on each node where it runs, which is in no object. */
export function ruleAfter(step: ChainStep): ChainStep | undefined {
  const { kind, apiVersion, metadata } = step.object;
  if (kind !== 'EndpointSlice' || apiVersion !== 'discovery.k8s.io/v1') return undefined;
  const { namespace = '', labels = {} } = metadata;
  const service = labels[SERVICE_LABEL];
  if (service === undefined || labels[HEADLESS_LABEL] !== undefined) return undefined;
  const targets = step.type === 'DELETED' ? '' : shownTargets(step.object);
  return {
    ...step,
    ...{
      type: 'RULE',
      component: 'kube-proxy',
      user: 'system:kube-proxy',
      verb: null,
      subresource: null,
      wokenBy: step.revision,
      depth: step.depth + 1,
    },
    sinceCauseMs: 0,
    key: `/registry/services/specs/${namespace}/${service}`,
    summary: `kube-proxy: connections to Service ${namespace}/${service} ${targets === '' ? 'are refused' : `go to ${targets}`}`,
  };
}

interface Slice extends KubeObject {
  endpoints?: Array<{ addresses: string[]; conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean } }> | null;
  ports?: Array<{ port?: number }> | null;
}

/** The addresses that take connections; those of endpoints that end do while there is no other (pkg/proxy/topology.go). */
function takingAddresses({ endpoints }: Slice): string[] {
  const all = endpoints ?? [];
  const ready = all.filter(({ conditions }) => conditions?.ready !== false);
  const ending = all.filter(({ conditions }) => conditions?.serving === true && conditions.terminating === true);
  return (ready.length > 0 ? ready : ending).flatMap(({ addresses }) => addresses);
}

/** The first targets of a slice, and how many more there are: each address with each port. */
function shownTargets(slice: Slice): string {
  const [addresses, ports] = [takingAddresses(slice), slice.ports ?? []];
  const targets = addresses.slice(0, SHOWN).flatMap((address) => ports.slice(0, SHOWN).map(({ port }) => `${address}:${port}`));
  const more = addresses.length * ports.length - SHOWN;
  return `${targets.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
