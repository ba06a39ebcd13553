export type { Clock, Instant, Random } from './clock.js';
export type { FieldError, FieldErrorType } from './field-error.js';
export type { KubeObject, ManagedFieldsEntry, ObjectMeta, OwnerReference } from './object.js';
