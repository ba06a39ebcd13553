import type { corev1 } from '#api';
import { forbidden, notFound } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { rejected } from './rejection.js';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);
const NAMESPACES = { group: '', resource: 'namespaces' };

/** Access reviews must not reveal whether the namespace exists. */
const isReview = ({ group, resource }: AdmissionAttributes): boolean =>
  group === 'authorization.k8s.io' && resource === 'localsubjectaccessreviews';

async function admit(attributes: AdmissionAttributes, { reader }: AdmissionContext): Promise<void> {
  const { operation, namespace } = attributes;
  const found = await reader.get<corev1.Namespace>('', 'namespaces', '', namespace);
  if (!found) throw notFound(NAMESPACES, namespace);
  if (operation !== 'CREATE' || found.status?.phase !== 'Terminating') return;
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' };
  throw rejected(attributes, `unable to create new content in namespace ${namespace} because it is being terminated`, [cause]);
}

/**
 * Rejects creations in namespaces that do not exist or are terminating, and the deletion of system namespaces
 * (admission/plugin/namespace/lifecycle).
 */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  mutates: false,
  admit(attributes, ctx) {
    const { operation, group, resource, namespace, name } = attributes;
    const itself = group === '' && resource === 'namespaces';
    if (itself && operation === 'DELETE' && IMMORTAL.has(name)) throw forbidden(NAMESPACES, name, 'this namespace may not be deleted');
    if (itself || namespace === '' || operation === 'DELETE' || isReview(attributes)) return;
    return admit(attributes, ctx);
  },
};
