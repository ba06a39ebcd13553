import { cidrFamily } from '#apimachinery';
import { type Flags, StartFailure } from './flags.js';

/** Addresses that the range of Services has at least. */
const LEAST = 8;

const isTooSmall = (cidr: string, family: 4 | 6): boolean => 2 ** ((family === 4 ? 32 : 128) - Number(cidr.split('/')[1])) < LEAST;

const failure = (text: string): StartFailure => new StartFailure(`"command failed" err="${text}"`);

/**
 * What is wrong with --service-cluster-ip-range (cmd/kube-apiserver/app/options). What Services get is said by the cluster's ServiceCIDRs:
 * the flag decides only about the first of a new cluster. Throws StartFailure if it cannot be read.
 */
export function serviceRangeErrors(flags: Flags): string[] {
  const text = flags.get('service-cluster-ip-range') ?? '';
  const [first = '', second, ...more] = text.split(',');
  if (first === '' && second === undefined) return [];
  const family = cidrFamily(first);
  if (family === undefined) throw failure('service-cluster-ip-range[0] is not a valid cidr');
  if (isTooSmall(first, family)) {
    const reason = `the service cluster IP range must be at least ${LEAST} IP addresses`;
    throw failure(`error determining service IP ranges for primary service cidr: ${reason}`);
  }
  if (second === undefined) return [];
  const other = cidrFamily(second);
  if (other === undefined) throw failure('service-cluster-ip-range[1] is not an ip net');
  return [
    ...(more.length > 0 ? ['--service-cluster-ip-range must not contain more than two entries'] : []),
    ...(other === family ? ['--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family'] : []),
  ];
}
