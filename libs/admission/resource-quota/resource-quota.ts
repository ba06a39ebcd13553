import type { corev1, resourcev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { isLimitedInTime, isMadeFor, type QuotaSurroundings, quotaEvaluatorOf } from '#component-helpers';
import { charge } from './charging.js';
import { CONFIGURATION, limitedResourcesOf } from './configuration.js';
import type { LimitedResource } from './limited-resources.js';

/** Whether a request can change what quotas count (each evaluator's Handles). */
function changesUsage({ operation, group, resource, subresource, object, oldObject }: AdmissionAttributes): boolean {
  const name = group === '' ? resource : `${resource}.${group}`;
  if (operation === 'CREATE') return subresource === '';
  if (name === 'pods') {
    if (subresource === 'resize') return true;
    return subresource === '' && isLimitedInTime(object as corev1.Pod) !== isLimitedInTime(oldObject as corev1.Pod);
  }
  if (name === 'persistentvolumeclaims') return subresource === '' || subresource === 'status';
  return subresource === '' && (name === 'services' || name === 'resourceclaims.resource.k8s.io');
}

/** What the usage of ResourceClaims depends on; that of other kinds depends on the time alone. */
async function surroundings(object: KubeObject, attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<QuotaSurroundings> {
  const { reader, clock } = ctx;
  const now = clock.now();
  if (attributes.group !== 'resource.k8s.io' || attributes.resource !== 'resourceclaims') return { now, deviceClasses: [] };
  const deviceClasses = await reader.list<resourcev1.DeviceClass>('resource.k8s.io', 'deviceclasses');
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner?.kind !== 'Pod') return { now, deviceClasses };
  const pod = await reader.get<corev1.Pod>('', 'pods', attributes.namespace, owner.name);
  if (pod === undefined) return { now, deviceClasses };
  const all = await reader.list<resourcev1.ResourceClaim>('resource.k8s.io', 'resourceclaims', attributes.namespace);
  const claims = all.filter((claim) => isMadeFor(claim, owner.uid));
  return { now, deviceClasses, claimedFor: () => ({ pod, claims }) };
}

async function enforce(
  attributes: AdmissionAttributes,
  object: KubeObject,
  { ctx, limited }: { ctx: AdmissionContext; limited: readonly LimitedResource[] },
): Promise<void> {
  const evaluator = quotaEvaluatorOf(attributes.group, attributes.resource);
  if (evaluator === undefined) return;
  await charge({ attributes, object, evaluator, around: await surroundings(object, attributes, ctx) }, ctx, limited);
}

/** The plugin with resources that cannot be used without a quota that covers them. */
function limiting(limited: readonly LimitedResource[]): AdmissionPlugin {
  return {
    name: 'ResourceQuota',
    operations: ['CREATE', 'UPDATE'],
    configuration: CONFIGURATION,
    configured: (configuration) => limiting(limitedResourcesOf(configuration)),
    isIdle: ({ reader }) => limited.length === 0 && !reader.mayHave('', 'resourcequotas'),
    validate(attributes, ctx) {
      const { namespace, object, resource, group, repeated } = attributes;
      // A repeated creation has been charged.
      if (namespace === '' || object === undefined || repeated || (group === '' && resource === 'namespaces')) return;
      return changesUsage(attributes) ? enforce(attributes, object, { ctx, limited }) : undefined;
    },
  };
}

/**
 * What is created or changed must fit into the quotas of its namespace, whose usage is advanced first
 * (apiserver/pkg/admission/plugin/resourcequota). A create that fails afterwards stays charged until the quota's controller counts again.
 */
export const resourceQuota: AdmissionPlugin = limiting([]);
