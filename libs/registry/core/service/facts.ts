import type { corev1 } from '#api';

type Service = corev1.Service;

/** Properties that follow from a Service's type and policies (pkg/api/service/util.go, registry/core/service/strategy.go). */

/** Explicitly without a cluster IP. */
export const isHeadless = (service: Service): boolean => service.spec.clusterIPs?.length === 1 && service.spec.clusterIPs[0] === 'None';

/** Reachable from outside of the cluster. */
export const isExternallyAccessible = ({ spec }: Service): boolean =>
  spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);

/** Its load balancer checks on each node whether there are endpoints. */
export const needsHealthCheck = ({ spec }: Service): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** Has a value in clusterIP, which may be None. */
export const needsClusterIP = ({ spec }: Service): boolean => spec.type !== 'ExternalName';

/** Uses node ports. */
export const needsNodePort = ({ spec }: Service): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

/** Whether both Services have the same cluster IPs. */
export function sameClusterIPs(a: Service, b: Service): boolean {
  return (a.spec.clusterIP ?? '') === (b.spec.clusterIP ?? '') && (a.spec.clusterIPs ?? []).join() === (b.spec.clusterIPs ?? []).join();
}

/** Whether both Services have the same IP families. */
export const sameIPFamilies = (a: Service, b: Service): boolean => (a.spec.ipFamilies ?? []).join() === (b.spec.ipFamilies ?? []).join();

/** A Service's node ports, without its health check node port. */
export const nodePortsOf = ({ spec }: Service): number[] =>
  (spec.ports ?? []).map(({ nodePort }) => nodePort ?? 0).filter((port) => port !== 0);
