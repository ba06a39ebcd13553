import { cidrFamily, goQuote } from '#apimachinery';
import { type Flags, invalidArgument, listOf, StartFailure } from './flags.js';

/** Addresses that the range of Services has at least. */
const LEAST = 8;

const isTooSmall = (cidr: string, family: 4 | 6): boolean => 2 ** ((family === 4 ? 32 : 128) - Number(cidr.split('/')[1])) < LEAST;

const failure = (text: string): StartFailure => new StartFailure(`"command failed" err="${text}"`);

/**
 * What is wrong with --service-cluster-ip-range (cmd/kube-apiserver/app/options). What Services get is said by the cluster's ServiceCIDRs,
 * of which the server makes the first again by this flag. Throws StartFailure if it cannot be read.
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

/** The ranges of --service-cluster-ip-range; none if it is not given. */
export const serviceRanges = (flags: Flags): readonly string[] => listOf(flags, 'service-cluster-ip-range');

const RANGE_FLAG = 'service-node-port-range';
const LAST_PORT = 65_535;

/** strconv.Atoi. */
function portOf(text: string, whole: string): number {
  const number = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw invalidArgument(RANGE_FLAG, whole, `strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`);
}

/** --service-node-port-range, both ends included (apimachinery util/net PortRange.Set). Undefined: the default. Throws StartFailure. */
export function nodePortRange(flags: Flags): { first: number; last: number } | undefined {
  const whole = flags.get(RANGE_FLAG) ?? '';
  const text = whole.trim();
  if (text === '') return undefined;
  const fail = (reason: string) => invalidArgument(RANGE_FLAG, whole, `${reason}: ${text}`);
  const [hyphen, plus] = [text.indexOf('-'), text.indexOf('+')];
  if (hyphen >= 0 && plus >= 0) throw fail('unable to parse port range');
  const at = Math.max(hyphen, plus);
  const first = portOf(at < 0 ? text : text.slice(0, at), whole);
  const second = at < 0 ? first : portOf(text.slice(at + 1), whole);
  const last = plus >= 0 ? first + second : second;
  if (first > LAST_PORT || last > LAST_PORT) throw fail('the port range cannot be greater than 65535');
  if (last < first) throw fail('end port cannot be less than start port');
  return { first, last };
}
