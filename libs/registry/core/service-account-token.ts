import type { authenticationv1, corev1 } from '#api';
import {
  badRequest,
  conflict,
  type FieldError,
  formatTime,
  goQuote,
  invalid,
  invalidValue,
  type KubeObject,
  notFound,
} from '#apimachinery';
import {
  admissionAttributes,
  admissionContext,
  admissionOptions,
  type BoundObjects,
  ensureNamespace,
  type RestScope,
  type StorageProvider,
  storageKey,
  type WriteOptions,
} from '#apiserver';

const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const SHORTEST = 600;
const LONGEST = 2 ** 32;
/** A pod's token with this lifetime is valid for a year, and its use is noted as stale after the requested time (pkg/serviceaccount). */
const WARN_ONLY = 3607;
const EXTENDED = 365 * 24 * 3600;

/** The current object, as of the store (not of a cache that may be behind). Throws 404. */
async function live<T extends KubeObject>({ cluster }: RestScope, resource: string, name: string, namespace = ''): Promise<T> {
  const found = await cluster.store.get(storageKey({ group: '', resource, namespace, name }));
  if (!found) throw notFound({ group: '', resource }, name);
  return found.object as T;
}

const claimOf = ({ metadata: { name, uid } }: KubeObject) => ({ name, ...(uid !== undefined && { uid }) });

/** The pod's node; one that does not exist (any more) is named without its uid. */
async function nodeOf({ cluster }: RestScope, { spec }: corev1.Pod): Promise<BoundObjects> {
  const name = spec?.nodeName;
  if (!name) return {};
  const node = await cluster.reader.get('', 'nodes', '', name);
  return { node: node ? claimOf(node) : { name } };
}

async function podBound(scope: RestScope, name: string): Promise<BoundObjects> {
  const pod = await live<corev1.Pod & KubeObject>(scope, 'pods', name, scope.namespace);
  if (pod.spec?.serviceAccountName !== scope.name) {
    throw badRequest(`cannot bind token for serviceaccount ${goQuote(scope.name)} to pod running with different serviceaccount name.`);
  }
  return { pod: claimOf(pod), ...(await nodeOf(scope, pod)) };
}

function groupVersion(apiVersion: string): { group: string; version: string } {
  const parts = apiVersion.split('/');
  // As schema.FromAPIVersionAndKind: an apiVersion that cannot be parsed is empty.
  if (parts.length > 2) return { group: '', version: '' };
  const [first = '', second] = parts;
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

/** The object that the token is to be bound to (pkg/registry/core/serviceaccount/storage/token.go). Throws StatusError. */
async function boundObjects(scope: RestScope, reference: authenticationv1.BoundObjectReference): Promise<BoundObjects> {
  const { apiVersion = '', kind = '', name = '', uid } = reference;
  const { group, version } = groupVersion(apiVersion);
  const known = group === '' ? kind : '';
  let bound: BoundObjects;
  if (known === 'Pod') bound = await podBound(scope, name);
  else if (known === 'Node') bound = { node: claimOf(await live(scope, 'nodes', name)) };
  else if (known === 'Secret') bound = { secret: claimOf(await live(scope, 'secrets', name, scope.namespace)) };
  else throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  const found = (bound.pod ?? bound.secret ?? bound.node)?.uid;
  if (uid && uid !== found) {
    const text = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group, resource: kind }, name, text);
  }
  return bound;
}

function validateExpiration(seconds: number): FieldError[] {
  const path = 'spec.expirationSeconds';
  if (seconds < SHORTEST) return [invalidValue(path, seconds, 'may not specify a duration less than 10 minutes')];
  return seconds > LONGEST ? [invalidValue(path, seconds, 'may not specify a duration larger than 2^32 seconds')] : [];
}

/** Sets the metadata from the ServiceAccount; throws if the request has other values. */
function adoptMetadata(scope: RestScope, request: KubeObject, account: KubeObject): void {
  const { metadata } = request;
  const { uid = '' } = account.metadata;
  if (metadata.uid && metadata.uid !== uid) {
    const text = `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`;
    throw conflict({ group: KIND.group, resource: KIND.kind }, scope.name, text);
  }
  metadata.name = account.metadata.name;
  metadata.uid = uid;
  metadata.creationTimestamp = formatTime(scope.cluster.clock.now());
}

async function requestToken(
  scope: RestScope,
  request: authenticationv1.TokenRequest & KubeObject,
  options: WriteOptions,
): Promise<KubeObject> {
  const { cluster, name, namespace } = scope;
  ensureNamespace(request.metadata, namespace);
  const attributes = admissionAttributes(scope, 'CREATE', options.dryRun, { object: request, options: admissionOptions(options) });
  await cluster.admission.admit(attributes, admissionContext(scope));
  if (request.metadata.name && request.metadata.name !== name) {
    const error = invalidValue('metadata.name', request.metadata.name, 'must match the service account name if specified');
    throw invalid(KIND, name, [error]);
  }
  const account = await live(scope, 'serviceaccounts', name, namespace);
  adoptMetadata(scope, request, account);
  const { spec } = request;
  const { tokens } = cluster.settings;
  const audiences = spec.audiences?.length ? spec.audiences : [...tokens.audiences];
  const { expirationSeconds = 3600 } = spec;
  const errors = validateExpiration(expirationSeconds);
  if (errors.length > 0) throw invalid(KIND, '', errors);
  const asked = { ...request, spec: { ...spec, audiences, expirationSeconds, boundObjectRef: spec.boundObjectRef ?? null } };
  await cluster.admission.validate({ ...attributes, object: asked as unknown as KubeObject }, admissionContext(scope));
  const bound = spec.boundObjectRef ? await boundObjects(scope, spec.boundObjectRef) : {};
  if (tokens.longest !== undefined && expirationSeconds > tokens.longest) {
    scope.warnings.add(`requested expiration of ${expirationSeconds} seconds shortened to ${tokens.longest} seconds`);
    asked.spec.expirationSeconds = tokens.longest;
  }
  const seconds = asked.spec.expirationSeconds;
  const forServer = audiences.every((audience) => tokens.audiences.includes(audience));
  const extended = tokens.extended && bound.pod !== undefined && seconds === WARN_ONLY && forServer;
  const { token, id } = await cluster.tokens.issue({
    account: { namespace, name, uid: account.metadata.uid ?? '' },
    bound,
    audiences,
    ...(extended ? { expiresIn: EXTENDED, warnAfter: seconds } : { expiresIn: seconds }),
  });
  scope.audit?.annotate('authentication.kubernetes.io/issued-credential-id', `JTI=${id}`);
  const expirationTimestamp = formatTime(cluster.clock.now() + seconds * 1000);
  return { ...asked, status: { token, expirationTimestamp } } as unknown as KubeObject;
}

/** serviceaccounts/token: issues a token (pkg/registry/core/serviceaccount/storage TokenREST). */
export const serviceAccountToken: StorageProvider = {
  group: '',
  resource: 'serviceaccounts',
  subresource: 'token',
  capabilities: () => ({
    create: async (scope, object, options) => ({
      answer: await requestToken(scope, object as authenticationv1.TokenRequest & KubeObject, options),
    }),
  }),
};
