import type { corev1 } from '#api';
import {
  isExternallyAccessible,
  needsClusterIP,
  needsHealthCheck,
  needsNodePort,
  nodePortsOf,
  sameClusterIPs,
  sameIPFamilies,
} from './facts.js';

type Service = corev1.Service;

function dropAddresses(service: Service, old: Service): void {
  const { spec } = service;
  if (sameClusterIPs(old, service)) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  }
  if (sameIPFamilies(old, service)) delete spec.ipFamilies;
  if ((spec.ipFamilyPolicy ?? '') === (old.spec.ipFamilyPolicy ?? '')) delete spec.ipFamilyPolicy;
}

function dropNodePorts(service: Service, old: Service): void {
  const before = new Set(nodePortsOf(old));
  if (!nodePortsOf(service).every((port) => before.has(port))) return;
  for (const port of service.spec.ports ?? []) delete port.nodePort;
}

/**
 * When the type of a Service changes, fields that no longer apply are cleared if the server may have set them and the client did not change
 * them too; validation rejects the others (strategy.go dropTypeDependentFields).
 */
export function dropTypeDependentFields(service: Service, old: Service): void {
  const { spec } = service;
  if (needsClusterIP(old) && !needsClusterIP(service)) dropAddresses(service, old);
  if (needsNodePort(old) && !needsNodePort(service)) dropNodePorts(service, old);
  if (needsHealthCheck(old) && !needsHealthCheck(service) && spec.healthCheckNodePort === old.spec.healthCheckNodePort) {
    delete spec.healthCheckNodePort;
  }
  const leavesLoadBalancer = old.spec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer';
  if (leavesLoadBalancer && spec.allocateLoadBalancerNodePorts === old.spec.allocateLoadBalancerNodePorts) {
    delete spec.allocateLoadBalancerNodePorts;
  }
  if (leavesLoadBalancer && spec.loadBalancerClass === old.spec.loadBalancerClass) delete spec.loadBalancerClass;
  const hidden = isExternallyAccessible(old) && !isExternallyAccessible(service);
  if (hidden && spec.externalTrafficPolicy === old.spec.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  if (spec.type !== 'LoadBalancer') service.status = { ...service.status, loadBalancer: {} };
}
