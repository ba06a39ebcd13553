import type { FieldError } from './field-error.js';

/** One cause of a failure (meta/v1 StatusCause). */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** meta/v1 StatusDetails. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** The result of a request (meta/v1 Status). */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  /** Machine-readable; unset for upstream's bare 500s. */
  reason?: StatusReason;
  details?: StatusDetails;
  /** The HTTP status code; unset for the Success of a deletion. */
  code?: number;
}

/** meta/v1 StatusReason. */
export type StatusReason =
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'ServerTimeout'
  | 'StoreReadError'
  | 'Timeout'
  | 'TooManyRequests'
  | 'BadRequest'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'Expired'
  | 'ServiceUnavailable'
  /** Not one of upstream's: its 507 has no specific reason. */
  | 'InsufficientStorage';

/** The API's error class: a failure with its Status. Created by notFound(), conflict(), invalid() … */
export class StatusError extends Error {
  override readonly name = 'StatusError';

  constructor(readonly status: Status) {
    super(status.message ?? '');
  }

  /** The HTTP status code. */
  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): StatusReason | undefined {
    return this.status.reason;
  }

  toJSON(): Status {
    return this.status;
  }
}

/** The arguments of failureStatus(). */
export interface Failure {
  code: number;
  reason?: StatusReason;
  message: string;
  details?: StatusDetails;
}

function withoutEmpty(details: StatusDetails): StatusDetails {
  const kept: StatusDetails = {};
  if (details.name) kept.name = details.name;
  if (details.group) kept.group = details.group;
  if (details.kind) kept.kind = details.kind;
  if (details.uid) kept.uid = details.uid;
  if (details.causes && details.causes.length > 0) kept.causes = details.causes;
  if (details.retryAfterSeconds) kept.retryAfterSeconds = details.retryAfterSeconds;
  return kept;
}

/** The Success status of a deletion (details, no code), a binding (code 201) and the like. */
export function successStatus({ details, code }: { details?: StatusDetails; code?: number } = {}): Status {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
  if (details !== undefined) status.details = withoutEmpty(details);
  if (code !== undefined) status.code = code;
  return status;
}

/** A failure's Status with its members in upstream's order, without empty ones. */
export function failureStatus({ code, reason, message, details }: Failure): Status {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
  if (reason !== undefined) status.reason = reason;
  if (details !== undefined) status.details = withoutEmpty(details);
  status.code = code;
  return status;
}

/** A field error as a cause of a Status. */
export function toStatusCause(error: FieldError): StatusCause {
  return { reason: error.type, message: error.message, field: error.field };
}

/** The Status of any error: its own, or a bare 500 with the message, as upstream answers errors that are not API errors. */
export function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  return failureStatus({ code: 500, message: error instanceof Error ? error.message : String(error) });
}

const hasReason = (error: unknown, reason: StatusReason): boolean => error instanceof StatusError && error.reason === reason;

/** The object does not exist (404 NotFound). */
export function isNotFound(error: unknown): boolean {
  return hasReason(error, 'NotFound');
}

/** The name is taken (409 AlreadyExists). */
export function isAlreadyExists(error: unknown): boolean {
  return hasReason(error, 'AlreadyExists');
}

/** For requests about an object that may be gone: throws any other error (controller-runtime client.IgnoreNotFound). */
export function ignoreNotFound(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

/** For requests that make an object that may be there: throws any other error (controller-runtime client.IgnoreAlreadyExists). */
export function ignoreAlreadyExists(error: unknown): undefined {
  if (!isAlreadyExists(error)) throw error;
}

/** Another request changed it first (409 Conflict). */
export function isConflict(error: unknown): boolean {
  return hasReason(error, 'Conflict');
}

/** The object did not pass validation (422 Invalid). */
export function isInvalid(error: unknown): boolean {
  return hasReason(error, 'Invalid');
}

/** Not allowed (403 Forbidden). */
export function isForbidden(error: unknown): boolean {
  return hasReason(error, 'Forbidden');
}

/** The requested revision has been compacted (410 Expired or Gone). */
export function isExpired(error: unknown): boolean {
  return hasReason(error, 'Expired') || hasReason(error, 'Gone');
}

/** Whether a Forbidden error says that the namespace is being deleted (NamespaceTerminating cause). */
export function isNamespaceTerminating(error: unknown): boolean {
  return error instanceof StatusError && (error.status.details?.causes ?? []).some((cause) => cause.reason === 'NamespaceTerminating');
}
