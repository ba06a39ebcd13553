import type { corev1 } from '#api';
import { needsClusterIP, needsHealthCheck, needsNodePort, nodePortsOf, sameClusterIPs } from './facts.js';

type Service = corev1.Service;

function patchNodePorts(service: Service, old: Service): void {
  const kept = new Set(nodePortsOf(service));
  const used = new Set(nodePortsOf(old).filter((port) => kept.has(port)));
  const byName = new Map((old.spec.ports ?? []).map(({ name = '', nodePort = 0 }) => [name, nodePort]));
  for (const port of service.spec.ports ?? []) {
    const before = byName.get(port.name ?? '') ?? 0;
    if (!port.nodePort && before !== 0 && !used.has(before)) port.nodePort = before;
  }
}

/** Allocated values that the client omits are kept (storage.go patchAllocatedValues). */
export function patchAllocatedValues(service: Service, old: Service): void {
  const { spec } = service;
  if (needsClusterIP(old) && needsClusterIP(service)) {
    if (!spec.clusterIP && old.spec.clusterIP) spec.clusterIP = old.spec.clusterIP;
    if (!spec.clusterIPs?.length && old.spec.clusterIPs?.length) spec.clusterIPs = [...old.spec.clusterIPs];
  }
  if (needsNodePort(old) && needsNodePort(service)) patchNodePorts(service, old);
  if (needsHealthCheck(old) && needsHealthCheck(service) && !spec.healthCheckNodePort)
    spec.healthCheckNodePort = old.spec.healthCheckNodePort;
}

/** Derives clusterIPs from clusterIP for clients that know only one of them (storage.go normalizeClusterIPs). */
export function normalizeClusterIPs(service: Service, old: Service | undefined): void {
  const { spec } = service;
  const single = spec.clusterIP ?? '';
  if (!old) {
    if (single !== '' && !spec.clusterIPs?.length) spec.clusterIPs = [single];
    return;
  }
  const before = old.spec.clusterIP ?? '';
  if (old.spec.clusterIPs?.length && !spec.clusterIPs?.length && single === before) spec.clusterIPs = [...old.spec.clusterIPs];
  if (single === before) return;
  const samePlural = sameClusterIPs({ ...service, spec: { ...spec, clusterIP: before } }, old);
  if (!samePlural) return;
  if (single === '') delete spec.clusterIPs;
  else spec.clusterIPs = [single];
}
