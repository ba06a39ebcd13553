import type { corev1 } from '#api';

type Service = corev1.Service;

/** What follows from a Service's type and policies (pkg/api/service/util.go, registry/core/service/strategy.go). */

/** Without a cluster IP by choice. */
export const isHeadless = (service: Service): boolean => service.spec.clusterIPs?.length === 1 && service.spec.clusterIPs[0] === 'None';

/** Can be reached from outside. */
export const isExternallyAccessible = ({ spec }: Service): boolean =>
  spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);

/** Its load balancer asks each node whether it has endpoints. */
export const needsHealthCheck = ({ spec }: Service): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** Has a value in clusterIP, if only None. */
export const needsClusterIP = ({ spec }: Service): boolean => spec.type !== 'ExternalName';

/** Uses ports of the nodes. */
export const needsNodePort = ({ spec }: Service): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

/** Whether both Services say the same of their cluster IPs. */
export function sameClusterIPs(a: Service, b: Service): boolean {
  return (a.spec.clusterIP ?? '') === (b.spec.clusterIP ?? '') && (a.spec.clusterIPs ?? []).join() === (b.spec.clusterIPs ?? []).join();
}

/** Whether both Services name the same IP families. */
export const sameIPFamilies = (a: Service, b: Service): boolean => (a.spec.ipFamilies ?? []).join() === (b.spec.ipFamilies ?? []).join();

/** The node ports a Service has, without its health check's. */
export const nodePortsOf = ({ spec }: Service): number[] =>
  (spec.ports ?? []).map(({ nodePort }) => nodePort ?? 0).filter((port) => port !== 0);
