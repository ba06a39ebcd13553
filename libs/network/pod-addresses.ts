import { addressToNumber, numberToAddress, parseRange } from './cidr.js';

/** Pod CIDRs of nodes and pod IPs inside them (controller/nodeipam, CNI's host-local plugin). */

/** The default range of all pods. */
export const CLUSTER_CIDR = '10.244.0.0/16';

const NODE_PREFIX = 24;

/** The /24 of the nth node, from 0: `10.244.0.0/24`, `10.244.1.0/24` …; undefined when the cluster's range is used up. */
export function nodePodCIDR(index: number, clusterCIDR: string = CLUSTER_CIDR): string | undefined {
  const cluster = parseRange(clusterCIDR);
  const size = 2 ** (32 - NODE_PREFIX);
  if (index < 0 || (index + 1) * size > cluster.size) return undefined;
  return `${numberToAddress(cluster.base + index * size)}/${NODE_PREFIX}`;
}

/** The first pod CIDR that no node has yet. */
export function freePodCIDR(used: ReadonlySet<string>, clusterCIDR: string = CLUSTER_CIDR): string | undefined {
  for (let i = 0; ; i++) {
    const cidr = nodePodCIDR(i, clusterCIDR);
    if (cidr === undefined || !used.has(cidr)) return cidr;
  }
}

/**
 * The addresses of one node's pods. As host-local has it, each new pod gets the next address after the last one given, round the
 * end, so that an address is not used again at once. `.0` is the network, `.1` the bridge, the last one the broadcast address.
 * Memory only: rebuilt by claiming what the pods' statuses hold.
 */
export class PodAddresses {
  private readonly first: number;
  private readonly size: number;
  private readonly used = new Map<number, string>();
  private next = 0;

  constructor(readonly cidr: string) {
    const { base, size } = parseRange(cidr);
    this.first = base + 2;
    this.size = size - 3;
  }

  /** Notes that an owner (a pod's uid) has an address. Addresses of other ranges are none of ours. */
  claim(address: string, owner: string): void {
    const offset = (addressToNumber(address) ?? -1) - this.first;
    if (offset < 0 || offset >= this.size) return;
    this.used.set(offset, owner);
    if (offset >= this.next) this.next = (offset + 1) % this.size;
  }

  /** Gives an owner an address; undefined when all are in use. */
  allocate(owner: string): string | undefined {
    for (let i = 0; i < this.size; i++) {
      const offset = (this.next + i) % this.size;
      if (this.used.has(offset)) continue;
      this.used.set(offset, owner);
      this.next = (offset + 1) % this.size;
      return numberToAddress(this.first + offset);
    }
    return undefined;
  }

  /** Frees an address, if it is still its owner's. */
  release(address: string, owner: string): void {
    const offset = (addressToNumber(address) ?? -1) - this.first;
    if (this.used.get(offset) === owner) this.used.delete(offset);
  }
}
