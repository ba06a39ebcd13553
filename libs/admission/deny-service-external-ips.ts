import type { corev1 } from '#api';
import type { AdmissionPlugin } from '#apiserver';
import { rejected } from './rejection.js';

/** No Service gets external addresses; those it has may stay (plugin/pkg/admission/network/denyserviceexternalips). */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  operations: ['CREATE', 'UPDATE'],
  resources: ['services'],
  defaultOff: true,
  validate(attributes) {
    const { group, resource, subresource, object, oldObject } = attributes;
    if (group !== '' || resource !== 'services' || subresource !== '') return;
    const had = new Set((oldObject as corev1.Service | undefined)?.spec?.externalIPs);
    const wanted = (object as corev1.Service).spec?.externalIPs ?? [];
    if (wanted.some((address) => !had.has(address))) throw rejected(attributes, 'Use of external IPs is denied by admission control');
  },
};
