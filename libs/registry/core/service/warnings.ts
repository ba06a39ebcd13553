import type { corev1 } from '#api';
import { append } from '#apimachinery';
import { cidrWarnings, ipWarnings } from '../../rules/ip.js';

/** Warnings for a Service (pkg/api/service GetWarningsForService). */
export function serviceWarnings({ spec, metadata }: corev1.Service): string[] {
  const warnings: string[] = [];
  const { clusterIP = '', clusterIPs = [], externalIPs = [], type } = spec;
  const headless = type === 'ClusterIP' && clusterIP === 'None';
  if (metadata.annotations?.['service.kubernetes.io/topology-aware-hints'] !== undefined) {
    warnings.push(
      'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
    );
  }
  if (clusterIP && clusterIP !== 'None')
    for (const [index, ip] of clusterIPs.entries()) append(warnings, ipWarnings(`spec.clusterIPs[${index}]`, ip));
  if (headless) {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIPs.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  for (const [index, ip] of externalIPs.entries()) append(warnings, ipWarnings(`spec.externalIPs[${index}]`, ip));
  if (externalIPs.length > 0 && !headless && type !== 'ExternalName') {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  if (spec.loadBalancerIP) append(warnings, ipWarnings('spec.loadBalancerIP', spec.loadBalancerIP));
  (spec.loadBalancerSourceRanges ?? []).forEach((range, index) => {
    append(warnings, cidrWarnings(`spec.loadBalancerSourceRanges[${index}]`, range));
  });
  if (type === 'ExternalName' && externalIPs.length > 0) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (type !== 'ExternalName' && spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}
