import type { corev1 } from '#api';
import { addressToNumber, clusterCIDR, numberToAddress, parseRange } from '#network';

/** The size of a node's range (--node-cidr-mask-size). */
const NODE_PREFIX = 24;
const NODE_SIZE = 2 ** (32 - NODE_PREFIX);

/** The IPv4 range of a node's pods. */
export function podRange({ spec }: corev1.Node): string | undefined {
  return (spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : [])).find((cidr) => !cidr.includes(':'));
}

/** The /24s of a range of pods that nodes have, by their place in it; one range may be larger than a /24. */
function placesOf(cidr: string, base: number): { first: number; count: number } | undefined {
  const [address = '', prefix = ''] = cidr.split('/');
  const number = addressToNumber(address);
  if (number === undefined) return undefined;
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor((number - base) / NODE_SIZE);
  return { first, count: Math.max(1, size / NODE_SIZE) };
}

/** The ranges of all nodes of a cluster. */
export class NodeRanges {
  private readonly byNode = new Map<string, string>();
  private readonly holders = new Map<string, number>();

  /** A node was added or changed. */
  set(node: corev1.Node): void {
    const range = podRange(node);
    if (range === this.byNode.get(node.metadata.name)) return;
    this.delete(node.metadata.name);
    if (range !== undefined) this.hold(node.metadata.name, range);
  }

  hold(node: string, range: string): void {
    this.byNode.set(node, range);
    this.holders.set(range, (this.holders.get(range) ?? 0) + 1);
  }

  delete(node: string): void {
    const range = this.byNode.get(node);
    if (range === undefined) return;
    this.byNode.delete(node);
    const left = (this.holders.get(range) ?? 1) - 1;
    if (left === 0) this.holders.delete(range);
    else this.holders.set(range, left);
  }

  /** The first range that no node has, in that of all pods; undefined if all are in use. */
  free(cluster: string): string | undefined {
    const { base, size } = parseRange(cluster);
    const most = Math.floor(size / NODE_SIZE);
    const used = new Uint8Array(most);
    for (const range of this.holders.keys()) {
      const places = placesOf(range, base);
      if (places) used.fill(1, Math.max(0, places.first), Math.max(0, Math.min(most, places.first + places.count)));
    }
    const place = used.indexOf(0);
    return place < 0 ? undefined : `${numberToAddress(base + place * NODE_SIZE)}/${NODE_PREFIX}`;
  }

  /** The range of all pods as kubeadm has chosen it: the smallest one that holds the ranges of the nodes. */
  cluster(): string {
    const used = [...this.holders.keys()];
    for (let nodes = 1; ; nodes *= 2) {
      const cidr = clusterCIDR(nodes);
      const { base, size } = parseRange(cidr);
      const holdsAll = used.every((range) => {
        const number = addressToNumber(range.split('/')[0] ?? '');
        return number === undefined || (number >= base && number < base + size);
      });
      if (holdsAll || nodes > 8192) return cidr;
    }
  }
}
