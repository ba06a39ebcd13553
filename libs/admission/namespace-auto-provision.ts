import { type corev1, Namespace } from '#api';
import { ignoreAlreadyExists } from '#apimachinery';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver';

async function provision(name: string, { reader, loopback }: AdmissionContext): Promise<void> {
  if ((await reader.get<corev1.Namespace>('', 'namespaces', '', name)) !== undefined) return;
  const namespace: corev1.Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} };
  await loopback().create(Namespace, namespace).catch(ignoreAlreadyExists);
}

/** Creates the namespace of an object that is created in it (plugin/pkg/admission/namespace/autoprovision). */
export const namespaceAutoProvision: AdmissionPlugin = {
  name: 'NamespaceAutoProvision',
  operations: ['CREATE'],
  defaultOff: true,
  mutates: false,
  admit({ namespace, group, resource, dryRun }, ctx) {
    if ((dryRun && !ctx.trial) || namespace === '' || (group === '' && resource === 'namespaces')) return;
    return provision(namespace, ctx);
  },
};
