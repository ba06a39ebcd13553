import { parseGroupVersion } from '#api';
import type { APIResource } from '#apiserver';
import type { AdmissionRequest } from './admission-request.js';
import type { Matched } from './matched.js';

const OPTIONS: Readonly<Record<string, string>> = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' };

/** The options of the request as an object of meta.k8s.io/v1; a patch has those of what it does. */
export function optionsObject({ operation, options }: { operation: string; options?: Record<string, unknown> }): object | null {
  const kind = OPTIONS[operation];
  if (kind === undefined || options === undefined) return null;
  const set = Object.entries(options).filter(([, value]) => value !== '' && value !== undefined);
  return { kind, apiVersion: 'meta.k8s.io/v1', ...Object.fromEntries(set) };
}

/** The kind of a connection's object are its options: PodExecOptions. */
function optionsKind({ operation, object }: AdmissionRequest['attributes']) {
  return operation === 'CONNECT' && object ? { ...parseGroupVersion(object.apiVersion), kind: object.kind } : undefined;
}

const kindOf = ({ group, version, kind }: APIResource) => ({ group, version, kind });
const resourceOf = ({ group, version, resource }: APIResource) => ({ group, version, resource });

/** The parts of an AdmissionRequest without its uid and objects (webhook/request CreateV1AdmissionReview). */
export function requestOf({ attributes }: AdmissionRequest, { resource, shape }: Matched) {
  const { requested, subresource, name, namespace, operation, user } = attributes;
  const { groups, uid, extra = {} } = user;
  return {
    kind: optionsKind(attributes) ?? kindOf(shape),
    resource: resourceOf(resource),
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: optionsKind(attributes) ?? kindOf(attributes.shape),
    requestResource: resourceOf(requested),
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: {
      username: user.name,
      ...(uid ? { uid } : {}),
      ...(groups.length > 0 ? { groups } : {}),
      ...(Object.keys(extra).length > 0 ? { extra } : {}),
    },
  };
}
