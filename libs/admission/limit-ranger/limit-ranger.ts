import type { corev1 } from '#api';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { rejected } from '../rejection.js';
import { applyDefaults, claimComplaints, podComplaints } from './plan.js';

/**
 * Pods when they are created or resized, claims always (DefaultLimitRangerActions.SupportsAttributes); no objects that are being deleted.
 */
function concerns({ operation, resource, subresource, oldObject }: AdmissionAttributes): boolean {
  if (oldObject?.metadata.deletionTimestamp) return false;
  if (resource === 'pods' && operation === 'UPDATE') return subresource === 'resize';
  return subresource === '';
}

const rangesOf = ({ namespace }: AdmissionAttributes, { reader }: AdmissionContext): Promise<corev1.LimitRange[]> =>
  reader.list<corev1.LimitRange>('', 'limitranges', namespace);

/** Several messages are put in brackets, without duplicates (utilerrors.NewAggregate). */
function complain(attributes: AdmissionAttributes, complaints: readonly string[]): void {
  const unique = [...new Set(complaints)];
  if (unique.length > 0) throw rejected(attributes, unique.length > 1 ? `[${unique.join(', ')}]` : unique.join());
}

async function admit(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  for (const range of await rangesOf(attributes, ctx)) applyDefaults(attributes.object as corev1.Pod, range);
}

async function validate(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  const { resource, object } = attributes;
  for (const range of await rangesOf(attributes, ctx)) {
    const isPod = resource === 'pods';
    complain(
      attributes,
      isPod ? podComplaints(object as corev1.Pod, range) : claimComplaints(object as corev1.PersistentVolumeClaim, range),
    );
  }
}

/** Defaults and limits of a namespace's LimitRanges (plugin/pkg/admission/limitranger). */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods', 'persistentvolumeclaims'],
  admit(attributes, ctx) {
    const pod = attributes.resource === 'pods' && attributes.group === '';
    return pod && concerns(attributes) ? admit(attributes, ctx) : undefined;
  },
  validate(attributes, ctx) {
    const { group, resource } = attributes;
    const ours = group === '' && (resource === 'pods' || resource === 'persistentvolumeclaims');
    return ours && concerns(attributes) ? validate(attributes, ctx) : undefined;
  },
};
