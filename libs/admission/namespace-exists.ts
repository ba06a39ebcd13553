import type { corev1 } from '#api';
import { notFound } from '#apimachinery';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver';

async function check(name: string, { reader }: AdmissionContext): Promise<void> {
  const found = await reader.get<corev1.Namespace>('', 'namespaces', '', name);
  if (found === undefined) throw notFound({ group: '', resource: 'namespaces' }, name);
}

/** Refuses requests in namespaces that do not exist (plugin/pkg/admission/namespace/exists). */
export const namespaceExists: AdmissionPlugin = {
  name: 'NamespaceExists',
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  defaultOff: true,
  validate({ namespace, group, resource }, ctx) {
    if (namespace === '' || (group === '' && resource === 'namespaces')) return;
    return check(namespace, ctx);
  },
};
