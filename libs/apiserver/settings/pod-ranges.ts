import { cidrFamily } from '#apimachinery';
import { CONTROLLER_DEFAULTS } from '#component-base';
import { type Flags, integerOf } from './flags.js';

const MASK = 'node-cidr-mask-size';

const sizesOf = (flags: Flags) => ({
  both: integerOf(flags, MASK, 0),
  ipv4: integerOf(flags, `${MASK}-ipv4`, 0),
  ipv6: integerOf(flags, `${MASK}-ipv6`, 0),
});

/** The prefix length of the IPv4 range of a node's pods. Throws StartFailure. */
export function nodePrefix(flags: Flags): number {
  const { both, ipv4 } = sizesOf(flags);
  return ipv4 || both || CONTROLLER_DEFAULTS.nodePrefix;
}

/** The ranges of --cluster-cidr. */
export const clusterRanges = (flags: Flags): readonly string[] => (flags.get('cluster-cidr') ?? '').trim().split(',');

/** Why controllers that work with these ranges do not start (app/core.go validateCIDRs); undefined if they do. */
export function rangesError(ranges: readonly string[]): string | undefined {
  const families = ranges.map(cidrFamily);
  const wrong = families.indexOf(undefined);
  if (wrong >= 0) return `invalid CIDR[${wrong}]: <nil> (invalid CIDR address: ${ranges[wrong]})`;
  if (ranges.length > 1 && new Set(families).size < 2)
    return `len of ClusterCIDRs==${ranges.length} and they are not configured as dual stack (at least one from each IPFamily`;
  return ranges.length > 2 ? `length of clusterCIDRs is:${ranges.length} more than max allowed of 2` : undefined;
}

/** app/core.go setNodeCIDRMaskSizes; `families`: of the ranges of --cluster-cidr. */
function sizeError(flags: Flags, families: ReadonlyArray<4 | 6>): string | undefined {
  const { both, ipv4, ipv6 } = sizesOf(flags);
  if (families.length > 1) return both === 0 ? undefined : `usage of --${MASK} is not allowed with dual-stack clusters`;
  if (both !== 0) {
    const instead = 'For dual-stack clusters please unset it and use IPFamily specific flags';
    return ipv4 === 0 && ipv6 === 0
      ? undefined
      : `usage of --${MASK}-ipv4 and --${MASK}-ipv6 is not allowed if --${MASK} is set. ${instead}`;
  }
  const [family] = families;
  if (ipv4 !== 0 && family === 6) return `usage of --${MASK}-ipv4 is not allowed for a single-stack IPv6 cluster`;
  return ipv6 !== 0 && family === 4 ? `usage of --${MASK}-ipv6 is not allowed for a single-stack IPv4 cluster` : undefined;
}

/** Why node-ipam-controller does not start, and kube-controller-manager with it (app/core.go newNodeIpamController); undefined if it does. */
export function podRangeError(flags: Flags): string | undefined {
  const ranges = clusterRanges(flags);
  const wrong = rangesError(ranges);
  if (wrong !== undefined) return wrong;
  const families = ranges.map((range) => cidrFamily(range) as 4 | 6);
  const size = sizeError(flags, families);
  if (size !== undefined) return size;
  const ipv6 = sizesOf(flags).ipv6 || sizesOf(flags).both || 64;
  const isTooLarge = ranges.some((range, at) => Number(range.split('/')[1]) > (families[at] === 6 ? ipv6 : nodePrefix(flags)));
  if (!isTooLarge) return undefined;
  return 'Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to --node-cidr-mask-size configured for CIDR family';
}
