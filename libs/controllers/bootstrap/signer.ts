import { createHmac } from 'node:crypto';
import { ConfigMap, type corev1, Secret } from '#api';
import { type Instant, isConflict, isNotFound } from '#apimachinery';
import { BOOTSTRAP_TOKEN_TYPE, bootstrapTokenExpiry, signingToken } from '#component-helpers';
import { defineController, watching } from '#controller-runtime';

const NAME = 'cluster-info';
const NAMESPACE = 'kube-public';
const TOKENS = 'kube-system';
const SIGNATURE = 'jws-kubeconfig-';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** A detached signature by a token: a JSON Web Signature without its content (cluster-bootstrap/token/jws). */
function detachedSignature(content: string, token: { id: string; secret: string }): string {
  const header = base64url(JSON.stringify({ alg: 'HS256', kid: token.id }));
  const signature = createHmac('sha256', token.secret)
    .update(`${header}.${base64url(content)}`)
    .digest('base64url');
  return `${header}..${signature}`;
}

/** The data with a signature by each token that may sign now, and no others; undefined if there is nothing to sign. */
function signedData(
  data: Readonly<Record<string, string>>,
  secrets: readonly corev1.Secret[],
  now: Instant,
): Record<string, string> | undefined {
  const content = data.kubeconfig;
  if (content === undefined) return undefined;
  const others = Object.entries(data).filter(([key]) => !key.startsWith(SIGNATURE));
  const signatures = secrets.flatMap((secret) => {
    const token = signingToken(secret, now);
    return token ? [[SIGNATURE + token.id, detachedSignature(content, token)] as const] : [];
  });
  return Object.fromEntries([...others, ...signatures]);
}

const sameEntries = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);

const isToken = (secret: corev1.Secret): boolean => secret.type === BOOTSTRAP_TOKEN_TYPE && secret.metadata.namespace === TOKENS;

/** Signs the ConfigMap cluster-info, which everybody may read, with the bootstrap tokens (pkg/controller/bootstrap/bootstrapsigner.go). */
export const bootstrapSigner = defineController({
  name: 'bootstrap-signer',
  queue: 'bootstrap_signer_queue',
  flag: 'bootstrap-signer-controller',
  for: ConfigMap,
  filter: ({ object: { metadata }, deleted }) => !deleted && metadata.name === NAME && metadata.namespace === NAMESPACE,
  watches: [watching(Secret, ({ object }) => (isToken(object) ? [{ name: NAME, namespace: NAMESPACE }] : []))],
  interests: ({ resource, name, namespace, text }) =>
    resource === 'secrets' ? namespace === TOKENS && text.includes(BOOTSTRAP_TOKEN_TYPE) : name === NAME && namespace === NAMESPACE,
  async reconcile(object, { client, informers, clock }) {
    const now = clock.now();
    const secrets = informers.of(Secret).list(TOKENS).filter(isToken);
    const data = signedData(object.data ?? {}, secrets, now);
    if (data === undefined || sameEntries(data, object.data ?? {})) return;
    await client.update(ConfigMap, { ...object, data }).catch((error: unknown) => {
      if (!isConflict(error) && !isNotFound(error)) throw error;
    });
  },
});

/** Deletes bootstrap tokens that have expired (pkg/controller/bootstrap/tokencleaner.go). */
export const tokenCleaner = defineController({
  name: 'token-cleaner',
  queue: 'token_cleaner',
  flag: 'token-cleaner-controller',
  for: Secret,
  filter: ({ object, deleted }) => !deleted && isToken(object),
  interests: ({ namespace, text }) => namespace === TOKENS && text.includes(BOOTSTRAP_TOKEN_TYPE),
  async reconcile(secret, { client, clock }) {
    const expiry = bootstrapTokenExpiry(secret);
    if (!isToken(secret) || expiry === undefined) return;
    const left = expiry - clock.now();
    if (left > 0) return { requeueAfter: Math.min(left, LONGEST_WAIT) };
    const { name, namespace, uid } = secret.metadata;
    await client.delete(Secret, name, namespace, { uid }).catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    });
    return;
  },
});

/** A token may expire at any time: it is looked at again after a day at the latest. */
const LONGEST_WAIT = 86_400_000;
