import { X509Certificate } from 'node:crypto';
import { CertificateSigningRequest, type certificatesv1 } from '#api';
import { type Instant, ignoreNotFound, parseTime } from '#apimachinery';
import { defineController } from '#controller-runtime';

type CSR = certificatesv1.CertificateSigningRequest;

const HOUR = 3_600_000;
const PENDING = 24 * HOUR;
/** Hours after the last update of such a condition. */
const AFTER: ReadonlyMap<string, number> = new Map([
  ['Denied', HOUR],
  ['Failed', HOUR],
]);

/** The end of the first certificate in a status, if it can be parsed. */
function expiryOf(certificate: string): Instant | undefined {
  try {
    return new X509Certificate(Buffer.from(certificate, 'base64')).validToDate.getTime();
  } catch {
    return undefined;
  }
}

/** After which instant a request is removed (cleaner.go); undefined if it has no time to go by. */
export function removalTime({ metadata, status }: CSR): Instant | undefined {
  const { conditions = [], certificate } = status ?? {};
  const created = parseTime(metadata.creationTimestamp ?? '');
  if (conditions.length === 0) return created === undefined ? undefined : created + PENDING;
  const times = conditions.flatMap(({ type, lastUpdateTime }) => {
    const updated = parseTime(lastUpdateTime ?? '');
    const expiry = type === 'Approved' && certificate ? expiryOf(certificate) : undefined;
    const wait = type === 'Approved' ? (certificate ? HOUR : PENDING) : AFTER.get(type);
    const after = updated === undefined || wait === undefined ? [] : [updated + wait];
    return expiry === undefined ? after : [...after, expiry];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/**
 * Removes requests that nobody needs any more (pkg/controller/certificates/cleaner). Upstream looks every hour; here each is removed when
 * its time has come.
 */
export const csrCleaner = defineController({
  name: 'csrcleaner',
  flag: 'certificatesigningrequest-cleaner-controller',
  for: CertificateSigningRequest,
  filter: ({ deleted }) => !deleted,
  async reconcile(object, { client, clock }) {
    const at = removalTime(object);
    if (at === undefined) return;
    const left = at - clock.now();
    if (left >= 0) return { requeueAfter: Math.min(left + 1000, PENDING) };
    await client.delete(CertificateSigningRequest, object.metadata.name).catch(ignoreNotFound);
    return;
  },
});
