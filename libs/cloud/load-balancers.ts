import type { corev1 } from '#api';

/** What cloud-controller-manager decides about Services (cloud-provider controllers/service). Pure. */

export const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';

/** Addresses that are for documentation only, so that nobody is mistaken for a load balancer: 762 of them. */
const POOL = ['203.0.113', '198.51.100', '192.0.2'];

/** Whether a Service asks this cloud for a load balancer. */
export function wantsLoadBalancer({ spec }: corev1.Service): boolean {
  return spec.type === 'LoadBalancer' && !spec.loadBalancerClass;
}

/** Whether the load balancer of a Service is to be removed. */
export function needsCleanup({ metadata, spec }: corev1.Service): boolean {
  if (!metadata.finalizers?.includes(FINALIZER)) return false;
  return metadata.deletionTimestamp !== undefined || spec.type !== 'LoadBalancer';
}

/** What of a Service concerns its load balancer: a change of it has it made anew (needsUpdate). */
export function fingerprint({ metadata, spec }: corev1.Service): string {
  const { ports, sessionAffinity, sessionAffinityConfig, loadBalancerIP, loadBalancerSourceRanges, externalIPs } = spec;
  const { externalTrafficPolicy, healthCheckNodePort, ipFamilies } = spec;
  const ranges = { loadBalancerSourceRanges, externalIPs, externalTrafficPolicy, healthCheckNodePort };
  return JSON.stringify([
    metadata.uid,
    metadata.annotations,
    { ports, sessionAffinity, sessionAffinityConfig, loadBalancerIP, ...ranges },
    ipFamilies?.length,
  ]);
}

/** The address of a Service's load balancer. */
export function addressOf({ status }: corev1.Service): string | undefined {
  return status?.loadBalancer?.ingress?.[0]?.ip;
}

/** An address for a load balancer: the one it asks for if that is free, or the first free one. */
export function freeAddress(wanted: string | undefined, taken: ReadonlySet<string>): string | undefined {
  if (wanted && POOL.some((prefix) => wanted.startsWith(`${prefix}.`)) && !taken.has(wanted)) return wanted;
  for (const prefix of POOL) {
    for (let host = 1; host < 255; host += 1) {
      const address = `${prefix}.${host}`;
      if (!taken.has(address)) return address;
    }
  }
  return undefined;
}

/** The nodes that a load balancer sends to (stableNodeSetPredicates), by name with their machines, in one text. */
export function hostsOf(nodes: readonly corev1.Node[]): string[] {
  return nodes
    .filter(({ metadata, spec }) => {
      const leaves = spec.taints?.some(({ key }) => key === TO_BE_DELETED) === true;
      return Boolean(spec.providerID) && !leaves && metadata.labels?.[EXCLUDED] === undefined;
    })
    .map(({ metadata, spec }) => `${metadata.name}=${spec.providerID}`)
    .sort();
}
