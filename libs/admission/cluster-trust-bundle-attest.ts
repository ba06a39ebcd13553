import type { KubeObject } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { rejected } from './rejection.js';
import { mayUseSigner } from './signer-access.js';

interface ClusterTrustBundle extends KubeObject {
  spec?: { signerName?: string };
}

async function validate(attributes: AdmissionAttributes, signer: string, ctx: AdmissionContext): Promise<void> {
  if (await mayUseSigner(attributes.user, 'attest', signer, ctx)) return;
  throw rejected(attributes, `user not permitted to attest for signerName "${signer}"`);
}

/**
 * Whoever publishes the trust bundle of a signer must be allowed to attest for it (plugin/pkg/admission/certificates/ctbattest). The kind is
 * served where a CustomResourceDefinition brings it: upstream's own is off by default.
 */
export const clusterTrustBundleAttest: AdmissionPlugin = {
  name: 'ClusterTrustBundleAttest',
  operations: ['CREATE', 'UPDATE'],
  resources: ['clustertrustbundles.certificates.k8s.io'],
  validate(attributes, ctx) {
    const { group, resource, object } = attributes;
    if (resource !== 'clustertrustbundles' || group !== 'certificates.k8s.io') return;
    const signer = (object as ClusterTrustBundle).spec?.signerName;
    return signer ? validate(attributes, signer, ctx) : undefined;
  },
};
