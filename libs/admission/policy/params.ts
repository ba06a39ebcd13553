import { type admissionregistrationv1, parseGroupVersion } from '#api';
import { type KubeObject, labelSelectorAsSelector } from '#apimachinery';
import type { AdmissionContext, APIResource, StorageMap } from '#apiserver';

type ParamKind = admissionregistrationv1.ParamKind;
type ParamRef = admissionregistrationv1.ParamRef;

/** A binding or a policy cannot be used as it is configured. */
export class ConfigurationError extends Error {}

const NO_PARAMS: readonly undefined[] = [undefined];

/** GroupVersionKind.String(). */
function kindText({ apiVersion = '', kind }: ParamKind): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

/** The resource whose objects are a policy's parameters. Throws ConfigurationError if none is served (policy_source.go ensureParamsForPolicyLocked). */
export function paramResource(storages: StorageMap, paramKind: ParamKind): APIResource {
  const { group, version } = parseGroupVersion(paramKind.apiVersion ?? '');
  const info = storages.served().resources.find((one) => one.kind === paramKind.kind && one.group === group && one.version === version);
  const resource = info && storages.find(info.group, info.version, info.resource)?.resource;
  if (!resource?.info.verbs.includes('list'))
    throw new ConfigurationError(`failed to find resource referenced by paramKind: '${kindText(paramKind)}'`);
  return resource;
}

/** The parameter in the version of the policy, with its kind. */
function shown(resource: APIResource, object: KubeObject): KubeObject {
  return resource.conversion?.fromStorage(object) ?? object;
}

interface ParamRequest {
  resource: APIResource;
  ref: ParamRef;
  /** The namespace of the request. */
  namespace: string;
}

/** Where the parameters are. Throws ConfigurationError. */
function namespaceOf({ resource, ref, namespace }: ParamRequest): string {
  if (!resource.namespaced) {
    if (ref.namespace) throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
    return '';
  }
  const found = ref.namespace || namespace;
  if (found === '') throw new ConfigurationError('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  return found;
}

async function find(asked: ParamRequest, { reader }: AdmissionContext): Promise<readonly KubeObject[]> {
  const { ref, resource } = asked;
  const { group, resource: name } = resource.stored;
  const namespace = namespaceOf(asked);
  if (ref.name) {
    const found = await reader.get(group, name, namespace, ref.name);
    return found ? [shown(resource, found)] : [];
  }
  const selector = labelSelectorAsSelector(ref.selector);
  const all = await reader.list(group, name, namespace);
  return all.filter(({ metadata }) => selector.matches(metadata.labels)).map((object) => shown(resource, object));
}

/**
 * The parameters with which a policy is evaluated for one of its bindings (policy/generic CollectParams): undefined stands for no parameter.
 * None: it is not evaluated. Throws ConfigurationError.
 */
export async function collectParams(
  { resource, paramRef }: { resource: APIResource | undefined; paramRef: ParamRef | undefined },
  namespace: string,
  ctx: AdmissionContext,
): Promise<ReadonlyArray<KubeObject | undefined>> {
  if (!resource || !paramRef) return NO_PARAMS;
  const found = await find({ resource, ref: paramRef, namespace }, ctx);
  if (found.length === 0 && paramRef.parameterNotFoundAction === 'Deny')
    throw new ConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction');
  return found;
}
