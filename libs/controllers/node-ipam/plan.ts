import type { corev1 } from '#api';
import { addressToNumber, clusterCIDR, numberToAddress, parseRange } from '#network';

/** The IPv4 range of a node's pods. */
export function podRange({ spec }: corev1.Node): string | undefined {
  return (spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : [])).find((cidr) => !cidr.includes(':'));
}

/** Ranges of one size, of which nodes have some. */
interface Places {
  readonly base: number;
  /** Addresses of a range. */
  readonly size: number;
}

/** The places that a range of pods takes among ranges of a size; a smaller one takes a whole place. */
function placesOf(cidr: string, { base, size }: Places): { first: number; next: number } | undefined {
  const [address = '', prefix = ''] = cidr.split('/');
  const number = addressToNumber(address);
  if (number === undefined) return undefined;
  const first = Math.floor((number - base) / size);
  return { first, next: first + Math.max(1, 2 ** (32 - Number(prefix)) / size) };
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

  /** The first range of this prefix length that no node has, in that of all pods; undefined if all are in use. */
  free(cluster: string, prefix: number): string | undefined {
    const range = parseRange(cluster);
    const places = { base: range.base, size: 2 ** (32 - prefix) };
    if (places.size < 1) return undefined;
    const used = [...this.holders.keys()].flatMap((cidr) => placesOf(cidr, places) ?? []).sort((a, b) => a.first - b.first);
    let place = 0;
    for (const { first, next } of used) {
      if (first > place) break;
      place = Math.max(place, next);
    }
    return place < Math.floor(range.size / places.size) ? `${numberToAddress(range.base + place * places.size)}/${prefix}` : undefined;
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
