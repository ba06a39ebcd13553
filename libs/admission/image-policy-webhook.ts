import type { corev1 } from '#api';
import type { AdmissionPlugin } from '#apiserver';
import { rejected } from './rejection.js';

/** What upstream says of a backend that cannot be reached; no connections are made on a tenant's word. */
const UNREACHABLE = 'image policy backend cannot be reached: this installation makes no connection to it';

/** What a pod is marked with that was admitted without the backend's word. */
const FAILED_OPEN = 'alpha.image-policy.k8s.io/failed-open';

/** Pods are admitted without the backend's word only if the configuration says so. */
function policy(configuration: unknown): AdmissionPlugin {
  const given = (configuration as { imagePolicy?: { defaultAllow?: unknown } } | undefined)?.imagePolicy;
  if (given === undefined || given === null) throw new Error('no config specified');
  return {
    ...imagePolicyWebhook,
    validate(attributes) {
      const { group, resource, subresource } = attributes;
      const images = subresource === '' || subresource === 'ephemeralcontainers';
      if (group !== '' || resource !== 'pods' || !images) return;
      if (given.defaultAllow !== true) throw rejected(attributes, UNREACHABLE);
      const { metadata } = attributes.object as corev1.Pod;
      metadata.annotations = { ...metadata.annotations, [FAILED_OPEN]: 'true' };
      attributes.audit?.annotate('imagepolicywebhook.image-policy.k8s.io/failed-open', 'true');
    },
  };
}

/** A backend decides which images are run (plugin/pkg/admission/imagepolicy); here it is never asked. */
export const imagePolicyWebhook: AdmissionPlugin = {
  name: 'ImagePolicyWebhook',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods'],
  defaultOff: true,
  configured: policy,
};
