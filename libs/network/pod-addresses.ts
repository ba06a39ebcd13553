import { addressToNumber, numberToAddress, parseRange } from './cidr.js';

/** Pod CIDRs of nodes and pod IPs inside them (controller/nodeipam, CNI's host-local plugin). */

const NODE_PREFIX = 24;
const NODE_SIZE = 2 ** (32 - NODE_PREFIX);

/** The ranges of all pods, each within the next: kubeadm's default, and larger ones for clusters with more nodes. */
const CLUSTER_CIDRS = ['10.244.0.0/16', '10.244.0.0/15', '10.244.0.0/14', '10.240.0.0/12', '10.224.0.0/11'].map(parseRange);

/** The first /24 that is assigned; those below it are assigned when all up to the end of the largest range are in use. */
const FIRST = addressToNumber('10.244.0.0') ?? 0;
const WIDEST = CLUSTER_CIDRS.at(-1) ?? parseRange('10.224.0.0/11');
const ABOVE = (WIDEST.base + WIDEST.size - FIRST) / NODE_SIZE;
/** Nodes that have a pod CIDR: 8192. */
const MOST = WIDEST.size / NODE_SIZE;

/** The /24 of the nth node, from 0: `10.244.0.0/24`, `10.244.1.0/24` …; undefined if the largest range is used up. */
export function nodePodCIDR(index: number): string | undefined {
  if (index < 0 || index >= MOST) return undefined;
  const base = index < ABOVE ? FIRST + index * NODE_SIZE : WIDEST.base + (index - ABOVE) * NODE_SIZE;
  return `${numberToAddress(base)}/${NODE_PREFIX}`;
}

/** The smallest range that contains the pods of the given number of nodes. */
export function clusterCIDR(nodes: number): string {
  const held = (base: number, size: number) => (base <= FIRST ? (base + size - FIRST) / NODE_SIZE : 0);
  const found = CLUSTER_CIDRS.find(({ base, size }) => nodes <= held(base, size));
  return (found ?? WIDEST).cidr;
}

/**
 * The addresses of one node's pods. Like host-local, it gives each new pod the address after the last one, wrapping around, so that an
 * address is not reused immediately. `.0` is the network, `.1` the bridge, the last one the broadcast address. Only in memory: rebuilt by
 * claiming the addresses in the pods' statuses.
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

  /** Records that an owner (a pod's uid) has an address. Addresses outside of the range are ignored. */
  claim(address: string, owner: string): void {
    const offset = (addressToNumber(address) ?? -1) - this.first;
    if (offset < 0 || offset >= this.size) return;
    this.used.set(offset, owner);
    if (offset >= this.next) this.next = (offset + 1) % this.size;
  }

  /** Allocates an address for an owner; undefined if all are in use. */
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

  /** Releases an address, if it still belongs to the owner. */
  release(address: string, owner: string): void {
    const offset = (addressToNumber(address) ?? -1) - this.first;
    if (this.used.get(offset) === owner) this.used.delete(offset);
  }
}
