import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';

/** The type of the Secrets in kube-system that hold bootstrap tokens. */
export const BOOTSTRAP_TOKEN_TYPE = 'bootstrap.kubernetes.io/token';

const PREFIX = 'bootstrap-token-';
const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const NAME = /^bootstrap-token-([a-z0-9]{6})$/;
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const DEFAULT_GROUP = 'system:bootstrappers';

/** The two parts of a token; undefined for any other text (cluster-bootstrap/util/tokens). */
export function parseBootstrapToken(text: string): { id: string; secret: string; name: string } | undefined {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret, name: PREFIX + id };
}

const dataOf = ({ data }: corev1.Secret, key: string): string => Buffer.from(data?.[key] ?? '', 'base64').toString();

/** When a token expires; undefined: never. A time that cannot be parsed has passed. */
export function bootstrapTokenExpiry(secret: corev1.Secret): Instant | undefined {
  const text = dataOf(secret, 'expiration');
  return text === '' ? undefined : (parseTime(text) ?? Number.NEGATIVE_INFINITY);
}

function isUsable(secret: corev1.Secret, usage: 'authentication' | 'signing', now: Instant): boolean {
  const expiry = bootstrapTokenExpiry(secret);
  return (expiry === undefined || expiry > now) && dataOf(secret, `usage-bootstrap-${usage}`) === 'true';
}

/** The groups of a token's user, sorted; undefined if one of them is not allowed. */
function groupsOf(secret: corev1.Secret): string[] | undefined {
  const extra = dataOf(secret, 'auth-extra-groups');
  const groups = extra === '' ? [] : extra.split(',');
  return groups.every((group) => GROUP.test(group)) ? [...new Set([DEFAULT_GROUP, ...groups])].sort() : undefined;
}

/** The secret of a token and the groups of its user, if the Secret lets it authenticate now (authenticator/token/bootstrap). */
export function authenticatingToken(secret: corev1.Secret, id: string, now: Instant): { secret: string; groups: string[] } | undefined {
  if (secret.metadata.deletionTimestamp !== undefined || secret.type !== BOOTSTRAP_TOKEN_TYPE) return undefined;
  if (dataOf(secret, 'token-id') !== id || !isUsable(secret, 'authentication', now)) return undefined;
  const groups = groupsOf(secret);
  return groups && { secret: dataOf(secret, 'token-secret'), groups };
}

/** The token of a Secret, if it may sign now (controller/bootstrap/util.go validateSecretForSigning). */
export function signingToken(secret: corev1.Secret, now: Instant): { id: string; secret: string } | undefined {
  const id = NAME.exec(secret.metadata.name)?.[1];
  const value = dataOf(secret, 'token-secret');
  if (id === undefined || secret.type !== BOOTSTRAP_TOKEN_TYPE || dataOf(secret, 'token-id') !== id || value === '') return undefined;
  return isUsable(secret, 'signing', now) ? { id, secret: value } : undefined;
}
