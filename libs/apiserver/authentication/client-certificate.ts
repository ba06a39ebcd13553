import { createHash, X509Certificate } from 'node:crypto';
import { type Clock, type Instant, unauthorized } from '#apimachinery';
import type { UserInfo } from '../rest/strategy.js';
import type { Authenticator } from './authentication.js';
import { type Validity, validityOf } from './certificate-chain.js';

/** The cluster's CA for client certificates, PEM (kube-apiserver's --client-ca-file). */
export type ClientAuthority = () => Promise<string>;

/** The attribute of a subject that holds a uid (apiserver/pkg/util/x509 X509UID). */
const UID = '1.3.6.1.4.1.57683.2';
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** Whose certificate it is, and when it is valid; `user` is undefined if it names nobody. */
interface Owner extends Validity {
  user: UserInfo | undefined;
}

const valuesOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** The user that a certificate names (request/x509 CommonNameUserConversion). Throws 401 if its uid is not one value. */
function userOf(certificate: X509Certificate): UserInfo | undefined {
  const subject = certificate.toLegacyObject().subject as unknown as Record<string, string | string[] | undefined>;
  const name = valuesOf(subject.CN).at(-1);
  if (!name) return undefined;
  const uids = valuesOf(subject[UID]);
  if (uids.length > 1 || uids[0] === '') throw unauthorized();
  const fingerprint = createHash('sha256').update(certificate.raw).digest('hex');
  const [uid] = uids;
  return {
    name,
    groups: valuesOf(subject.O),
    ...(uid === undefined ? {} : { uid }),
    extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] },
  };
}

/** The owner of a certificate that leads to the authority and is for clients; undefined for any other. */
function ownerOf(certificate: X509Certificate, authority: X509Certificate): Owner | undefined {
  const validity = validityOf(certificate, authority);
  return validity && { user: userOf(certificate), ...validity };
}

interface CertificateParts {
  authority: ClientAuthority;
  clock: Clock;
  /** By how many milliseconds the clock of the server that is asked is ahead; `client` tells connections apart. */
  skew(client: string): number;
}

/**
 * Authenticates the client certificates of a connection (apiserver/pkg/authentication/request/x509), which count for the cluster to
 * whose CA they lead, while they are valid by its clock. A certificate is verified once for a connection.
 */
export function clientCertificateAuthenticator({ authority, clock, skew }: CertificateParts): Authenticator {
  const owners = new WeakMap<X509Certificate, Owner | 'nobody'>();
  let opened: X509Certificate | undefined;
  async function verified(certificate: X509Certificate): Promise<Owner | 'nobody'> {
    opened ??= new X509Certificate(await authority());
    const owner = ownerOf(certificate, opened) ?? 'nobody';
    owners.set(certificate, owner);
    return owner;
  }
  return {
    authenticate({ certificate }) {
      if (certificate === undefined) return undefined;
      const known = owners.get(certificate);
      const now = () => clock.now() + skew(certificate.serialNumber);
      return known ? current(known, now()) : verified(certificate).then((owner) => current(owner, now()));
    },
  };
}

function current(owner: Owner | 'nobody', now: Instant): UserInfo | undefined {
  if (owner === 'nobody' || now < owner.notBefore || now > owner.notAfter) throw unauthorized();
  return owner.user;
}
