import { timingSafeEqual } from 'node:crypto';
import type { corev1 } from '#api';
import { type Instant, notFound } from '#apimachinery';
import type { ClusterReader } from '../../rest/reader.js';
import type { UserInfo } from '../../rest/strategy.js';
import { InvalidToken } from './validate-claims.js';

/** The issuer of legacy tokens, which are kept in Secrets and do not expire. */
export const LEGACY_ISSUER = 'kubernetes/serviceaccount';

const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const DAY = 86_400_000;
const CLAIM = 'kubernetes.io/serviceaccount/';

/** What a legacy token says about its account and its Secret. */
interface LegacyClaims {
  namespace: string;
  secretName: string;
  accountName: string;
  uid: string;
}

function textIn(claims: Readonly<Record<string, unknown>>, claim: string, title: string): string {
  const value = claims[claim];
  if (typeof value !== 'string' || value === '') throw new InvalidToken(`${title} claim is missing`);
  return value;
}

function legacyClaims(claims: Readonly<Record<string, unknown>>): LegacyClaims {
  const subject = textIn(claims, 'sub', 'sub');
  const namespace = textIn(claims, `${CLAIM}namespace`, 'namespace');
  const secretName = textIn(claims, `${CLAIM}secret.name`, 'secretName');
  const accountName = textIn(claims, `${CLAIM}service-account.name`, 'serviceAccountName');
  const uid = textIn(claims, `${CLAIM}service-account.uid`, 'serviceAccountUID');
  if (subject !== `system:serviceaccount:${namespace}:${accountName}`) throw new InvalidToken('sub claim is invalid');
  return { namespace, secretName, accountName, uid };
}

function isCopy(stored: string | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(stored ?? '', 'base64'), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const dayOf = (at: Instant): string => new Date(at).toISOString().slice(0, 10);

/** Notes on a token's Secret that it was used on that day. */
export type NoteUse = (secret: corev1.Secret, labels: Record<string, string>) => Promise<void>;

/** What legacy tokens are checked with. */
export interface LegacyContext {
  reader: ClusterReader;
  now: Instant;
  noteUse: NoteUse;
}

async function note(secret: corev1.Secret, { now, noteUse }: LegacyContext): Promise<void> {
  const used = secret.metadata.labels?.[LAST_USED];
  if (used !== dayOf(now) && used !== dayOf(now + DAY)) await noteUse(secret, { [LAST_USED]: dayOf(now) });
}

async function accountOf({ namespace, accountName, uid }: LegacyClaims, reader: ClusterReader): Promise<void> {
  const account = await reader.get('', 'serviceaccounts', namespace, accountName);
  if (!account) throw new InvalidToken(notFound({ group: '', resource: 'serviceaccounts' }, accountName).message);
  if (account.metadata.deletionTimestamp !== undefined)
    throw new InvalidToken(`ServiceAccount ${namespace}/${accountName} has been deleted`);
  if (account.metadata.uid !== uid) throw new InvalidToken(`ServiceAccount UID (${account.metadata.uid}) does not match claim (${uid})`);
}

/** The user of a legacy token with a valid signature (pkg/serviceaccount/legacy.go). Throws InvalidToken. */
export async function legacyUser(token: string, claims: Readonly<Record<string, unknown>>, ctx: LegacyContext): Promise<UserInfo> {
  const found = legacyClaims(claims);
  const { namespace, secretName, accountName, uid } = found;
  const secret = await ctx.reader.get<corev1.Secret>('', 'secrets', namespace, secretName);
  if (!secret || secret.metadata.deletionTimestamp !== undefined) throw new InvalidToken('Token has been invalidated');
  if (!isCopy(secret.data?.token, token)) throw new InvalidToken("Token does not match server's copy");
  await accountOf(found, ctx.reader);
  await note(secret, ctx);
  if (secret.metadata.labels?.[INVALID_SINCE]) throw new InvalidToken(markedInvalid(found));
  return {
    name: `system:serviceaccount:${namespace}:${accountName}`,
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

const markedInvalid = ({ namespace, secretName, accountName }: LegacyClaims): string =>
  `the token in secret ${namespace}/${secretName} for service account ${namespace}/${accountName} has been marked invalid. Use tokens from ` +
  `the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily ` +
  'allow use of this token';
