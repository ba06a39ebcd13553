import { type corev1, Secret, ServiceAccount } from '#api';
import { formatKey, isConflict, isNotFound, keyOf, type ObjectKey } from '#apimachinery';
import { perCluster } from '#client';
import { defineController, type ReconcileContext, watching } from '#controller-runtime';
import { signToken, tokenKeyOf } from '#pki/token-key';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';
const SECRETS = 'secrets-by-account';

const isToken = (secret: corev1.Secret): boolean => secret.type === TYPE && accountName(secret) !== '';
const accountName = ({ metadata }: corev1.Secret): string => metadata.annotations?.[NAME] ?? '';
const place = (namespace: string | undefined, name: string): string => `${namespace}/${name}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The account of a token, if it still exists. */
function accountOf(secret: corev1.Secret, { informers }: ReconcileContext): corev1.ServiceAccount | undefined {
  const account = informers.of(ServiceAccount).get(accountName(secret), secret.metadata.namespace);
  const uid = secret.metadata.annotations?.[UID];
  return uid === undefined || uid === '' || account?.metadata.uid === uid ? account : undefined;
}

/** What a token Secret does not contain yet. */
function missingData({ data = {}, metadata }: corev1.Secret, rootCA: string): Record<string, string> {
  const ca = base64(rootCA);
  return {
    ...(rootCA !== '' && data['ca.crt'] !== ca ? { 'ca.crt': ca } : {}),
    ...(data.namespace ? {} : { namespace: base64(metadata.namespace ?? '') }),
  };
}

/** A token without an expiry, which is valid as long as its Secret (pkg/serviceaccount/legacy.go LegacyClaims). */
async function newToken({ metadata }: corev1.Secret, account: corev1.ServiceAccount, { keys }: ReconcileContext): Promise<string> {
  const { namespace, name, uid } = account.metadata;
  return signToken(tokenKeyOf(await keys.serviceAccount()), {
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': metadata.name,
    'kubernetes.io/serviceaccount/service-account.name': name,
    'kubernetes.io/serviceaccount/service-account.uid': uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  });
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error) && !isConflict(error)) throw error;
}

/** The accounts of token Secrets that were deleted and not looked at since, by cluster. */
const ownersOfGone = perCluster(() => new Map<string, { account: string; uid: string }>());

/** Removes the reference of a token's own account to its Secret, which was deleted (removeSecretReference). */
async function removeReference(key: ObjectKey, { client, informers }: ReconcileContext): Promise<void> {
  const { name, namespace } = key;
  const owner = ownersOfGone(informers).get(formatKey(key));
  const account = owner && informers.of(ServiceAccount).get(owner.account, namespace);
  const isOwn = account !== undefined && (owner?.uid === '' || owner?.uid === account.metadata.uid);
  if (isOwn && account.secrets?.some((each) => each.name === name)) {
    const secrets = account.secrets.filter((each) => each.name !== name);
    await client.update(ServiceAccount, { ...account, secrets }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
  ownersOfGone(informers).delete(formatKey(key));
}

/**
 * Fills in the Secrets of legacy ServiceAccount tokens, and deletes them with their accounts
 * (pkg/controller/serviceaccount/tokens_controller.go).
 */
export const legacyTokens = defineController({
  name: 'tokens-controller',
  queue: 'serviceaccount_tokens_service',
  flag: 'serviceaccount-token-controller',
  for: Secret,
  filter: ({ object }) => isToken(object),
  watches: [
    watching(ServiceAccount, ({ object: { metadata }, deleted }, informers) =>
      deleted
        ? informers
            .of(Secret)
            .byIndex(SECRETS, place(metadata.namespace, metadata.name))
            .map((secret) => ({ name: secret.metadata.name, namespace: secret.metadata.namespace }))
        : [],
    ),
  ],
  index(informers) {
    informers.of(Secret).addIndex(SECRETS, (secret) => (isToken(secret) ? [place(secret.metadata.namespace, accountName(secret))] : []));
    informers.of(Secret).on(({ object, deleted }) => {
      if (!isToken(object)) return;
      const owner = { account: accountName(object), uid: object.metadata.annotations?.[UID] ?? '' };
      if (deleted) ownersOfGone(informers).set(formatKey(keyOf(object)), owner);
    });
  },
  interests: ({ resource, deleted, text }) => (resource === 'secrets' ? text.includes(TYPE) : deleted),
  async reconcile(secret, ctx) {
    if (!isToken(secret)) return;
    const { name, namespace, uid, annotations } = secret.metadata;
    const account = accountOf(secret, ctx);
    if (account === undefined) {
      await ctx.client.delete(Secret, name, namespace, { uid }).catch(unlessGone);
      return;
    }
    const missing = missingData(secret, ctx.rootCA);
    if (!secret.data?.token) missing.token = base64(await newToken(secret, account, ctx));
    if (Object.keys(missing).length === 0) return;
    const metadata = { ...secret.metadata, annotations: { ...annotations, [UID]: account.metadata.uid ?? '' } };
    await ctx.client.update(Secret, { ...secret, metadata, data: { ...secret.data, ...missing } }).catch(unlessGone);
  },
  gone: removeReference,
});
