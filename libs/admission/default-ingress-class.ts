import type { networkingv1 } from '#api';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver';
import { newestDefault } from '#component-helpers';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const IS_DEFAULT = ['ingressclass.kubernetes.io/is-default-class'];

async function admit(ingress: networkingv1.Ingress, { reader }: AdmissionContext): Promise<void> {
  const found = newestDefault(await reader.list<networkingv1.IngressClass>('networking.k8s.io', 'ingressclasses'), IS_DEFAULT);
  if (found) ingress.spec = { ...ingress.spec, ingressClassName: found.metadata.name };
}

/** Ingresses without a class get the default one (plugin/pkg/admission/network/defaultingressclass). */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  operations: ['CREATE'],
  resources: ['ingresses.networking.k8s.io'],
  admit({ group, resource, subresource, object }, ctx) {
    if (resource !== 'ingresses' || group !== 'networking.k8s.io' || subresource !== '') return;
    const ingress = object as networkingv1.Ingress;
    if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return;
    return admit(ingress, ctx);
  },
};
