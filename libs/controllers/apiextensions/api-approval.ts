import type { apiextensionsv1 } from '#api';
import { approvalOf } from '#apiextensions';

type Condition = apiextensionsv1.CustomResourceDefinitionCondition;

const REASONS = {
  invalid: { status: 'False', reason: 'InvalidAnnotation' },
  missing: { status: 'False', reason: 'MissingAnnotation' },
  approved: { status: 'True', reason: 'ApprovedAnnotation' },
  bypassed: { status: 'False', reason: 'UnapprovedAnnotation' },
} as const;

/** Whether a definition in a group of the Kubernetes community says where it was approved; undefined for other groups. */
export function apiApproval({ metadata, spec }: apiextensionsv1.CustomResourceDefinition): Condition | undefined {
  const approval = approvalOf(spec.group, metadata.annotations);
  return approval && { type: 'KubernetesAPIApprovalPolicyConformant', ...REASONS[approval.state], message: approval.message };
}
