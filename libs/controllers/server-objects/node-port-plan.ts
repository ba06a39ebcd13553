import type { corev1 } from '#api';
import { isInPortRange, type PortRange } from '#network';

type Service = corev1.Service;

/** What is wrong with a node port of a Service, as an event tells it. */
export interface PortFinding {
  service: Service;
  reason: string;
  message: string;
}

/** The node ports of a Service: one that has several protocols is named once, one that is named twice for a protocol twice. */
function nodePortsIn({ spec }: Service): number[] {
  const found: number[] = [];
  const seen = new Map<number, Set<string>>();
  for (const { nodePort = 0, protocol = 'TCP' } of spec.ports ?? []) {
    if (nodePort === 0) continue;
    const protocols = seen.get(nodePort);
    if (protocols === undefined || protocols.has(protocol)) found.push(nodePort);
    seen.set(nodePort, (protocols ?? new Set()).add(protocol));
  }
  const health = spec.healthCheckNodePort ?? 0;
  if (health !== 0 && seen.get(health)?.has('TCP') !== false) found.push(health);
  return found;
}

const keyOf = ({ metadata }: Service): string => `${metadata.namespace}/${metadata.name}`;

/** The Services whose node ports are not theirs alone, or out of range (portallocator/controller/repair.go doRunOnce). Pure. */
export function planNodePorts(services: readonly Service[], range: PortRange): PortFinding[] {
  const taken = new Set<number>();
  const within = `${range.first}-${range.last}`;
  const findings: PortFinding[] = [];
  const ordered = services.filter(({ spec }) => spec.type !== 'ClusterIP').sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  for (const service of ordered)
    for (const port of nodePortsIn(service)) {
      const report = (reason: string, what: string) =>
        findings.push({ service, reason, message: `Port ${port} ${what}; please recreate service` });
      if (!isInPortRange(port, range)) report('PortOutOfRange', `is not within the port range ${within}`);
      else if (taken.has(port)) report('PortAlreadyAllocated', 'was assigned to multiple services');
      taken.add(port);
    }
  return findings;
}
