import { append, type FieldError, invalidValue } from '#apimachinery';
import { nonNegative } from './checks.js';

interface Counts {
  replicas?: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  terminatingReplicas?: number;
  observedGeneration?: number;
}

const MORE_THAN_ALL = 'cannot be greater than status.replicas';

/** The counts in the status of a ReplicationController or ReplicaSet (ValidateReplicationControllerStatus, ValidateReplicaSetStatus). */
export function validateReplicaCounts(status: Counts | undefined): FieldError[] {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status ?? {};
  const errors: FieldError[] = [];
  for (const field of [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'terminatingReplicas',
    'observedGeneration',
  ] as const) {
    append(errors, nonNegative(status?.[field], `status.${field}`));
  }
  for (const field of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const count = status?.[field] ?? 0;
    if (count > replicas) errors.push(invalidValue(`status.${field}`, count, MORE_THAN_ALL));
  }
  if (availableReplicas > readyReplicas) {
    errors.push(invalidValue('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return errors;
}
