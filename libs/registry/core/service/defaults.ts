import type { corev1 } from '#api';
import { isExternallyAccessible } from './facts.js';

type Service = corev1.Service;

/** The default timeout of session affinity in seconds: three hours. */
const AFFINITY_SECONDS = 10_800;

function setPortDefaults(port: corev1.ServicePort): void {
  port.protocol ||= 'TCP';
  if (!port.targetPort) port.targetPort = port.port;
}

/** core/v1 SetDefaults_Service. */
export function setServiceDefaults(service: Service): void {
  service.spec ??= {};
  const { spec } = service;
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
  }
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) setPortDefaults(port);
  if (isExternallyAccessible(service)) spec.externalTrafficPolicy ||= 'Cluster';
  if (['ClusterIP', 'NodePort', 'LoadBalancer'].includes(spec.type)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'LoadBalancer') return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}
