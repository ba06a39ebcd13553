import type { corev1 } from '#api';
import { controllerOf } from '#apimachinery';
import { type Amounts, amount, requestsOf } from './requests.js';

/** A port taken on a node: protocol, address and port. */
export interface HostPort {
  protocol: string;
  ip: string;
  port: number;
}

/** The host ports a pod takes. */
export function hostPortsOf(pod: corev1.Pod): HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...sidecars, ...pod.spec.containers].flatMap((container) =>
    (container.ports ?? []).flatMap((port) =>
      port.hostPort ? [{ protocol: port.protocol ?? 'TCP', ip: port.hostIP || '0.0.0.0', port: port.hostPort }] : [],
    ),
  );
}

const usesAffinity = (pod: corev1.Pod): boolean =>
  pod.spec.affinity?.podAffinity !== undefined || pod.spec.affinity?.podAntiAffinity !== undefined;

/** A node and what is on it. Kept up pod by pod (upstream framework.NodeInfo). */
export class NodeInfo {
  readonly pods = new Map<string, corev1.Pod>();
  readonly requested: Amounts = new Map();
  readonly scored: Amounts = new Map();
  readonly withAffinity = new Set<corev1.Pod>();
  /** Pods a controller (by uid) has here. */
  readonly byController = new Map<string, number>();
  readonly ports = new Map<corev1.Pod, HostPort[]>();
  allocatable: Amounts = new Map();
  private imageSizes: Map<string, number> | undefined;

  constructor(private current: corev1.Node) {
    this.node = current;
  }

  get node(): corev1.Node {
    return this.current;
  }

  set node(node: corev1.Node) {
    this.current = node;
    this.allocatable = new Map(
      Object.entries(node.status?.allocatable ?? {}).map(([resource, quantity]) => [resource, amount(resource, quantity)]),
    );
    this.imageSizes = undefined;
  }

  get name(): string {
    return this.current.metadata.name;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.current.metadata.labels ?? {};
  }

  /** Image name → bytes, of the images the node reports. */
  get images(): ReadonlyMap<string, number> {
    this.imageSizes ??= new Map(
      (this.current.status?.images ?? []).flatMap((image) => (image.names ?? []).map((name) => [name, image.sizeBytes ?? 0] as const)),
    );
    return this.imageSizes;
  }

  add(key: string, pod: corev1.Pod): void {
    this.pods.set(key, pod);
    this.count(pod, 1);
  }

  remove(key: string): void {
    const pod = this.pods.get(key);
    if (!pod) return;
    this.pods.delete(key);
    this.count(pod, -1);
  }

  private count(pod: corev1.Pod, sign: 1 | -1): void {
    const { asked, scored } = requestsOf(pod);
    for (const [resource, value] of asked) this.requested.set(resource, (this.requested.get(resource) ?? 0) + sign * value);
    for (const [resource, value] of scored) this.scored.set(resource, (this.scored.get(resource) ?? 0) + sign * value);
    const controller = controllerOf(pod)?.uid;
    if (controller) this.byController.set(controller, (this.byController.get(controller) ?? 0) + sign);
    const ports = hostPortsOf(pod);
    if (ports.length > 0) sign > 0 ? this.ports.set(pod, ports) : this.ports.delete(pod);
    if (usesAffinity(pod)) sign > 0 ? this.withAffinity.add(pod) : this.withAffinity.delete(pod);
  }

  /** A copy that can be changed without touching this one: preemption tries things on it. */
  clone(): NodeInfo {
    const copy = new NodeInfo(this.current);
    for (const [key, pod] of this.pods) copy.add(key, pod);
    return copy;
  }
}
