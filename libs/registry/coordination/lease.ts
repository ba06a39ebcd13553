import type { coordinationv1 } from '#api';
import { type FieldError, invalidValue } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { withHeartbeat } from './heartbeat.js';

function validate({ spec = {} }: coordinationv1.Lease): FieldError[] {
  const errors: FieldError[] = [];
  const { leaseDurationSeconds, leaseTransitions } = spec;
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0)
    errors.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  if (leaseTransitions !== undefined && leaseTransitions < 0)
    errors.push(invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'));
  return errors;
}

/** Fields of CoordinatedLeaderElection (beta, off): dropped unless they are already set. */
function dropDisabled(object: coordinationv1.Lease, old?: coordinationv1.Lease): void {
  if (!object.spec) return;
  if (old?.spec?.strategy === undefined) delete object.spec.strategy;
  if (old?.spec?.preferredHolder === undefined) delete object.spec.preferredHolder;
}

/** Lease (registry/coordination/lease). */
export const lease = overNulls<coordinationv1.Lease>({
  group: 'coordination.k8s.io',
  resource: 'leases',
  createOnUpdate: true,
  unconditionalUpdate: false,
  prepareForCreate: (object) => dropDisabled(object),
  prepareForUpdate: (object, old) => dropDisabled(object, old),
  validate,
  validateUpdate: validate,
  decorate: (object, { now }) => withHeartbeat(object, now),
  columns: [nameColumn, { name: 'Holder', type: 'string', cell: ({ spec }) => spec?.holderIdentity ?? '' }, ageColumn],
});
