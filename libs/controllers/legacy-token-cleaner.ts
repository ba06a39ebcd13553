import { ConfigMap, type corev1, Pod, Secret, ServiceAccount } from '#api';
import { type Instant, isConflict, isNotFound, type ObjectKey, parseTime } from '#apimachinery';
import { CONTROLLER_DEFAULTS } from '#component-base';
import { podReferences } from '#component-helpers';
import { defineController, type ReconcileContext, watching } from '#controller-runtime';

const TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';
const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const TRACKING = 'kube-apiserver-legacy-service-account-token-tracking';
const DAY = 86_400_000;
const LONGEST_WAIT = 20 * DAY;

const dayOf = (at: Instant): string => new Date(at).toISOString().slice(0, 10);
/** The start of a day such as 2026-01-02; undefined if it is none. */
const startOf = (day: string | undefined): Instant | undefined => parseTime(`${day}T00:00:00Z`);

/** What is to be done about an unused token: nothing until a time, or one of the steps. */
export type TokenStep = { keepUntil: Instant } | 'mark' | 'delete' | 'leave';

/** Decides about a token that was made for its account and that no pod mounts. `since`: the day from which uses are tracked. */
export function tokenStep(
  { metadata }: Pick<corev1.Secret, 'metadata'>,
  since: string | undefined,
  now: Instant,
  period = CONTROLLER_DEFAULTS.legacyTokens,
): TokenStep {
  const tracked = startOf(since);
  const { [LAST_USED]: used, [INVALID_SINCE]: invalid } = metadata.labels ?? {};
  const lastUsed = startOf(used);
  if (tracked === undefined || metadata.deletionTimestamp !== undefined || (used !== undefined && lastUsed === undefined)) return 'leave';
  const created = parseTime(metadata.creationTimestamp ?? '') ?? now;
  // A day counts until its end.
  const unused = Math.max(created, tracked + DAY, lastUsed === undefined ? 0 : lastUsed + DAY) + period;
  if (now <= unused) return { keepUntil: unused };
  const marked = startOf(invalid);
  if (marked === undefined) return 'mark';
  const over = marked + DAY + period;
  return now < over ? { keepUntil: over } : 'delete';
}

const isToken = (secret: corev1.Secret): boolean => secret.type === TYPE;

const isMounted = ({ name, namespace }: corev1.Secret['metadata'], { informers }: ReconcileContext): boolean =>
  informers
    .of(Pod)
    .list(namespace)
    .some((pod) => podReferences(pod).has(`secret/${name}`));

/** Tokens that were made for an account are in its list of secrets. */
function isListed({ metadata }: corev1.Secret, { informers }: ReconcileContext): boolean {
  const account = informers.of(ServiceAccount).get(metadata.annotations?.[ACCOUNT] ?? '', metadata.namespace);
  const uid = metadata.annotations?.[ACCOUNT_UID];
  if (uid && uid !== account?.metadata.uid) return false;
  return account?.secrets?.some(({ name }) => name === metadata.name) ?? false;
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error) && !isConflict(error)) throw error;
}

/**
 * Marks ServiceAccount tokens in Secrets as invalid that were made automatically and not used for a year, and deletes them a year later
 * (pkg/controller/serviceaccount/legacy_serviceaccount_token_cleaner.go).
 */
export const legacyTokenCleaner = defineController({
  name: 'legacy-service-account-token-cleaner',
  flag: 'legacy-serviceaccount-token-cleaner-controller',
  for: Secret,
  followsFlags: true,
  filter: ({ object, deleted }) => !deleted && isToken(object),
  watches: [
    watching(ServiceAccount, ({ object: { metadata, secrets = [] } }): readonly ObjectKey[] =>
      secrets.map(({ name = '' }) => ({ name, namespace: metadata.namespace })),
    ),
  ],
  reads: [Pod, ConfigMap],
  interests: ({ resource, text }) => (resource === 'secrets' ? text.includes(TYPE) : text.includes('"secrets"')),
  async reconcile(secret, ctx) {
    if (!isToken(secret) || !isListed(secret, ctx)) return;
    const { name, namespace, uid } = secret.metadata;
    const since = ctx.informers.of(ConfigMap).get(TRACKING, 'kube-system')?.data?.since;
    const now = ctx.clock.now();
    const step = tokenStep(secret, since, now, ctx.settings.options.legacyTokens);
    if (step === 'leave') return;
    if (typeof step === 'object') return { requeueAfter: Math.min(step.keepUntil + 1000 - now, LONGEST_WAIT) };
    if (isMounted(secret.metadata, ctx)) return { requeueAfter: DAY };
    if (step === 'delete') await ctx.client.delete(Secret, name, namespace, { uid }).catch(unlessGone);
    else
      await ctx.client
        .patch(Secret, name, namespace, 'merge', { metadata: { uid, labels: { [INVALID_SINCE]: dayOf(now) } } })
        .catch(unlessGone);
    return;
  },
});
