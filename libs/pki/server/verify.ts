import type { X509Certificate } from 'node:crypto';
import { formatTime, goQuote, type Instant } from '#apimachinery';
import type { Chain } from './certificates.js';
import { SIGNATURE_CHECKS } from './limits.js';
import { commonNameOf, hostnameError } from './names.js';
import { signatureError } from './signature.js';

/** The uses of a certificate that a server needs one of. */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_USE = '2.5.29.37.0';

interface Verification {
  roots: readonly X509Certificate[];
  intermediates: readonly X509Certificate[];
  now: Instant;
  signatureChecks: number;
}

function validityError({ validFromDate, validToDate }: X509Certificate, now: Instant): string | undefined {
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  if (now >= from && now <= to) return undefined;
  const [relation, bound] = now < from ? ['before', from] : ['after', to];
  return `x509: certificate has expired or is not yet valid: current time ${formatTime(now)} is ${relation} ${formatTime(bound)}`;
}

const isSame = (a: X509Certificate, b: X509Certificate): boolean => a.raw.equals(b.raw);

/** What a candidate is called in errors. */
function nameOf(candidate: X509Certificate): string {
  const organization = candidate.subject?.split('\n').find((line) => line.startsWith('O='));
  return commonNameOf(candidate) || organization?.slice(2) || `serial:${BigInt(`0x${candidate.serialNumber}`)}`;
}

/** Chains, each from the server's certificate to a root, or why there are none. */
type Chains = { chains: X509Certificate[][] } | { error: string };

/** Certificate.buildChains of crypto/x509. */
function chainsOf(current: readonly X509Certificate[], last: X509Certificate, verification: Verification): Chains {
  const chains: X509Certificate[][] = [];
  let hint: { error: string; candidate: X509Certificate } | undefined;
  let failure: string | undefined;
  const consider = (candidate: X509Certificate, isRoot: boolean): void => {
    if (candidate.subject !== last.issuer || current.some((one) => isSame(one, candidate))) return;
    if (++verification.signatureChecks > SIGNATURE_CHECKS) {
      failure = 'x509: signature check attempts limit reached while verifying certificate chain';
      return;
    }
    const refused = signatureError(last, candidate);
    const invalid = refused === undefined ? validityError(candidate, verification.now) : undefined;
    const wrong = refused ?? invalid;
    if (wrong !== undefined) {
      hint ??= { error: wrong, candidate };
      failure = invalid ?? failure;
      return;
    }
    const longer = [...current, candidate];
    const found = isRoot ? { chains: [longer] } : chainsOf(longer, candidate, verification);
    if ('chains' in found) chains.push(...found.chains);
    else failure = found.error;
  };
  for (const root of verification.roots) consider(root, true);
  for (const intermediate of verification.intermediates) consider(intermediate, false);
  if (chains.length > 0) return { chains };
  const because = hint
    ? ` (possibly because of ${goQuote(hint.error)} while trying to verify candidate authority certificate ${goQuote(nameOf(hint.candidate))})`
    : '';
  return { error: failure ?? `x509: certificate signed by unknown authority${because}` };
}

/** Whether all certificates of a chain are for servers, or for anything. */
const servesServers = (chain: readonly X509Certificate[]): boolean =>
  chain.every(({ keyUsage: uses }) => uses === undefined || uses.includes(SERVER_AUTH) || uses.includes(ANY_USE));

/**
 * Why a client does not trust a server's certificate, in the words and the order of Go's crypto/x509 Certificate.Verify; undefined if it
 * does. Constraints on names, policies and the length of the path are not looked at.
 */
export function serverCertificateError(
  [leaf, ...intermediates]: Chain,
  { roots, serverName, now }: { roots: readonly X509Certificate[]; serverName: string; now: Instant },
): string | undefined {
  const refused = validityError(leaf, now) ?? hostnameError(leaf, serverName);
  if (refused !== undefined) return refused;
  const built = roots.some((root) => isSame(root, leaf))
    ? { chains: [[leaf]] }
    : chainsOf([leaf], leaf, { roots, intermediates, now, signatureChecks: 0 });
  if ('error' in built) return built.error;
  return built.chains.some(servesServers) ? undefined : 'x509: certificate specifies an incompatible key usage';
}
