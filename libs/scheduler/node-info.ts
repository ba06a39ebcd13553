import type { corev1 } from '#api';
import { deepEqual } from '#apimachinery';
import { HostPorts, hostPortsOf } from './host-ports.js';
import { type Amounts, amountOf, keepAmounts, podAmounts } from './pod-amounts.js';

/** Derived values that a node keeps at most. */
const MOST_DERIVED = 64;

/** Pods that have come and gone which are remembered at most; then what is counted is counted anew. */
const MOST_MOVES = 64;

/** The totals of the pods of a node. */
interface Sums {
  pods: Map<string, corev1.Pod>;
  requested: Amounts;
  scored: Amounts;
  withAffinity: Set<corev1.Pod>;
  ports: HostPorts;
}

const noPods = (): Sums => ({
  pods: new Map(),
  requested: new Map(),
  scored: new Map(),
  withAffinity: new Set(),
  ports: new HostPorts(),
});

const copyOf = ({ pods, requested, scored, withAffinity, ports }: Sums): Sums => ({
  pods: new Map(pods),
  requested: new Map(requested),
  scored: new Map(scored),
  withAffinity: new Set(withAffinity),
  ports: ports.clone(),
});

const usesAffinity = (pod: corev1.Pod): boolean =>
  pod.spec.affinity?.podAffinity !== undefined || pod.spec.affinity?.podAntiAffinity !== undefined;

function addTo(sums: Map<string, number>, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}

/** A node and its pods, updated pod by pod (framework.NodeInfo). */
export class NodeInfo {
  allocatable: Amounts = new Map();
  private imageSizes: Map<string, number> | undefined;
  private readonly memo = new Map<number, unknown>();
  /** How many pods were counted, with the first so many moves. */
  private readonly counts = new Map<number, { count: number; upTo: number }>();
  private moves: Array<{ pod: corev1.Pod; sign: 1 | -1 }> = [];

  constructor(
    private current: corev1.Node,
    private readonly sums: Sums = noPods(),
  ) {
    this.node = current;
  }

  get node(): corev1.Node {
    return this.current;
  }

  set node(node: corev1.Node) {
    this.current = node;
    const allocatable = Object.entries(node.status?.allocatable ?? {});
    this.allocatable = new Map(allocatable.map(([resource, quantity]) => [resource, amountOf(resource, quantity)]));
    this.imageSizes = undefined;
    this.memo.clear();
  }

  get name(): string {
    return this.current.metadata.name;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.current.metadata.labels ?? {};
  }

  /** Pods by key. */
  get pods(): ReadonlyMap<string, corev1.Pod> {
    return this.sums.pods;
  }

  get requested(): ReadonlyMap<string, number> {
    return this.sums.requested;
  }

  get scored(): ReadonlyMap<string, number> {
    return this.sums.scored;
  }

  get withAffinity(): ReadonlySet<corev1.Pod> {
    return this.sums.withAffinity;
  }

  get ports(): Pick<HostPorts, 'conflicts'> {
    return this.sums.ports;
  }

  /** Image name → bytes, of the images that the node reports. */
  get images(): ReadonlyMap<string, number> {
    this.imageSizes ??= new Map(
      (this.current.status?.images ?? []).flatMap((image) => (image.names ?? []).map((name) => [name, image.sizeBytes ?? 0] as const)),
    );
    return this.imageSizes;
  }

  /** What is derived from the labels and pods of this node, by an id of internedId(); computed again after they have changed. */
  derived<T>(id: number, compute: (node: NodeInfo) => T): T {
    const there = this.memo.get(id) as T | undefined;
    if (there !== undefined) return there;
    if (this.memo.size >= MOST_DERIVED) this.memo.clear();
    const made = compute(this);
    this.memo.set(id, made);
    return made;
  }

  /** How many of its pods count, by an id of internedId(): looked at once each, when they come and go. */
  counted(id: number, counts: (pod: corev1.Pod) => boolean): number {
    const { moves } = this;
    const known = this.counts.get(id);
    if (known) {
      for (; known.upTo < moves.length; known.upTo++) {
        const { pod, sign } = moves[known.upTo] as (typeof moves)[number];
        if (counts(pod)) known.count += sign;
      }
      return known.count;
    }
    let count = 0;
    for (const pod of this.sums.pods.values()) if (counts(pod)) count += 1;
    if (this.counts.size >= MOST_DERIVED) this.forgetCounts();
    this.counts.set(id, { count, upTo: this.moves.length });
    return count;
  }

  private forgetCounts(): void {
    this.counts.clear();
    this.moves = [];
  }

  add(key: string, pod: corev1.Pod): void {
    this.remove(key);
    this.sums.pods.set(key, pod);
    this.count(pod, 1);
  }

  /** Replaces a pod whose amounts are the same. Whether something else has changed that plugins count. */
  renew(key: string, pod: corev1.Pod): boolean {
    const before = this.sums.pods.get(key);
    if (!before) return false;
    this.sums.pods.set(key, pod);
    keepAmounts(before, pod);
    if (this.sums.withAffinity.delete(before)) this.sums.withAffinity.add(pod);
    const isEnding = pod.metadata.deletionTimestamp !== before.metadata.deletionTimestamp;
    const counts = isEnding || !deepEqual(pod.metadata.labels, before.metadata.labels);
    if (counts) {
      this.memo.clear();
      this.forgetCounts();
    }
    return counts;
  }

  remove(key: string): void {
    const pod = this.sums.pods.get(key);
    if (!pod) return;
    this.sums.pods.delete(key);
    this.count(pod, -1);
  }

  private count(pod: corev1.Pod, sign: 1 | -1): void {
    const { requested, scored, ports, withAffinity } = this.sums;
    const amounts = podAmounts(pod);
    this.memo.clear();
    if (this.moves.length >= MOST_MOVES) this.forgetCounts();
    if (this.counts.size > 0) this.moves.push({ pod, sign });
    for (const [resource, amount] of amounts.asked) addTo(requested, resource, sign * amount);
    for (const [resource, amount] of amounts.scored) addTo(scored, resource, sign * amount);
    for (const port of hostPortsOf(pod)) ports.count(port, sign);
    if (!usesAffinity(pod)) return;
    if (sign > 0) withAffinity.add(pod);
    else withAffinity.delete(pod);
  }

  /** A copy that can be modified independently, for tentative changes. */
  clone(): NodeInfo {
    return new NodeInfo(this.current, copyOf(this.sums));
  }
}
