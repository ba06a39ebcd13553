import { aggregateFieldErrors, boundedFieldErrors, type FieldError } from './field-error.js';
import { goQuote } from './go-format.js';
import { failureStatus, type StatusCause, StatusError, type StatusReason, toStatusCause } from './status.js';

/** A resource within its group: `{group: 'apps', resource: 'deployments'}`. The core group is ''. */
export interface GroupResource {
  group: string;
  resource: string;
}

/** A kind within its group. */
export interface GroupKind {
  group: string;
  kind: string;
}

/** `deployments.apps`; `pods` for the core group (schema.GroupResource's String). */
export function formatGroupResource({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** `Deployment.apps`; `Pod` for the core group. */
export function formatGroupKind({ group, kind }: GroupKind): string {
  return group === '' ? kind : `${kind}.${group}`;
}

const resourceDetails = ({ group, resource }: GroupResource, name: string) => ({ name, group, kind: resource });

function plain(code: number, reason: StatusReason, message: string): StatusError {
  return new StatusError(failureStatus({ code, reason, message }));
}

/** 404: `deployments.apps "x" not found`. */
export function notFound(resource: GroupResource, name: string): StatusError {
  const message = `${formatGroupResource(resource)} ${goQuote(name)} not found`;
  return new StatusError(failureStatus({ code: 404, reason: 'NotFound', message, details: resourceDetails(resource, name) }));
}

/** 409: `pods "x" already exists`. */
export function alreadyExists(resource: GroupResource, name: string): StatusError {
  const message = `${formatGroupResource(resource)} ${goQuote(name)} already exists`;
  return new StatusError(failureStatus({ code: 409, reason: 'AlreadyExists', message, details: resourceDetails(resource, name) }));
}

/** 409: no free name was found for a generateName. */
export function generateNameConflict(resource: GroupResource, name: string, retryAfterSeconds: number): StatusError {
  const message = `${formatGroupResource(resource)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`;
  const details = { ...resourceDetails(resource, name), retryAfterSeconds };
  return new StatusError(failureStatus({ code: 409, reason: 'AlreadyExists', message, details }));
}

/** Upstream's message for an outdated resourceVersion (registry/generic/registry OptimisticLockErrorMsg). */
export const OPTIMISTIC_LOCK_MESSAGE = 'the object has been modified; please apply your changes to the latest version and try again';

/** 409: `Operation cannot be fulfilled on pods "x": cause`. */
export function conflict(resource: GroupResource, name: string, cause: string = OPTIMISTIC_LOCK_MESSAGE): StatusError {
  const message = `Operation cannot be fulfilled on ${formatGroupResource(resource)} ${goQuote(name)}: ${cause}`;
  return new StatusError(failureStatus({ code: 409, reason: 'Conflict', message, details: resourceDetails(resource, name) }));
}

/** 409 with one cause per conflicting manager (server-side apply). */
export function applyConflict(causes: StatusCause[], message: string): StatusError {
  return new StatusError(failureStatus({ code: 409, reason: 'Conflict', message, details: { causes } }));
}

/** 422: `Deployment.apps "x" is invalid: [a, b]`, with a cause per error. */
export function invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
  const aggregate = aggregateFieldErrors(errors);
  const message = `${formatGroupKind(kind)} ${goQuote(name)} is invalid${aggregate === '' ? '' : `: ${aggregate}`}`;
  const details = { name, group: kind.group, kind: kind.kind, causes: boundedFieldErrors(errors).map(toStatusCause) };
  return new StatusError(failureStatus({ code: 422, reason: 'Invalid', message, details }));
}

/** 403: `pods "x" is forbidden: cause`; without a resource `forbidden: cause`. */
export function forbidden(resource: GroupResource, name: string, cause: string, causes?: StatusCause[]): StatusError {
  const text = formatGroupResource(resource);
  const subject = text === '' ? 'forbidden' : name === '' ? `${text} is forbidden` : `${text} ${goQuote(name)} is forbidden`;
  const details = { ...resourceDetails(resource, name), ...(causes ? { causes } : {}) };
  return new StatusError(failureStatus({ code: 403, reason: 'Forbidden', message: `${subject}: ${cause}`, details }));
}

/** 401; an empty message becomes `not authorized`. The server's own response says `Unauthorized`. */
export function unauthorized(message = 'Unauthorized'): StatusError {
  return plain(401, 'Unauthorized', message === '' ? 'not authorized' : message);
}

/** 400. */
export function badRequest(message: string): StatusError {
  return plain(400, 'BadRequest', message);
}

/** 405: `update is not supported on resources of kind "pods"`. */
export function methodNotAllowed(resource: GroupResource, action: string): StatusError {
  const message = `${action} is not supported on resources of kind ${goQuote(formatGroupResource(resource))}`;
  const details = { group: resource.group, kind: resource.resource };
  return new StatusError(failureStatus({ code: 405, reason: 'MethodNotAllowed', message, details }));
}

/** 410 Expired: a revision that has been compacted. */
export function expired(message: string): StatusError {
  return plain(410, 'Expired', message);
}

/** 410 Gone. */
export function gone(message: string): StatusError {
  return plain(410, 'Gone', message);
}

/** 406, listing the accepted types (endpoints/handlers/negotiation). */
export function notAcceptable(accepted: readonly string[], convertingTo?: string): StatusError {
  const when = convertingTo === undefined ? '' : ` when converting to ${convertingTo}`;
  return plain(406, 'NotAcceptable', `only the following media types are accepted${when}: ${accepted.join(', ')}`);
}

/** 415, listing the accepted types. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return plain(415, 'UnsupportedMediaType', message);
}

/** 413: `Request entity too large: message`. */
export function tooLarge(message: string): StatusError {
  return plain(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

/** 504: `Timeout: message`. */
export function timeout(message: string, retryAfterSeconds = 0): StatusError {
  const details = { retryAfterSeconds };
  return new StatusError(failureStatus({ code: 504, reason: 'Timeout', message: `Timeout: ${message}`, details }));
}

/** 429, with the seconds after which to retry. */
export function tooManyRequests(message: string, retryAfterSeconds = 0, causes?: StatusCause[]): StatusError {
  const details = { retryAfterSeconds, ...(causes ? { causes } : {}) };
  return new StatusError(failureStatus({ code: 429, reason: 'TooManyRequests', message, details }));
}

/** 500 InternalError: `Internal error occurred: cause`. */
export function internalError(cause: string): StatusError {
  const details = { causes: [{ message: cause }] };
  return new StatusError(failureStatus({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${cause}`, details }));
}

/** 500 without a reason: upstream's response for a plain Go error. */
export function bareError(message: string, code = 500): StatusError {
  return new StatusError(failureStatus({ code, message }));
}

/** 500 ServerTimeout: could not be completed now, try again. */
export function serverTimeout(resource: GroupResource, operation: string, retryAfterSeconds = 0): StatusError {
  const message = `The ${operation} operation against ${formatGroupResource(resource)} could not be completed at this time, please try again.`;
  const details = { name: operation, group: resource.group, kind: resource.resource, retryAfterSeconds };
  return new StatusError(failureStatus({ code: 500, reason: 'ServerTimeout', message, details }));
}

/** 503. */
export function serviceUnavailable(message: string): StatusError {
  return plain(503, 'ServiceUnavailable', message);
}

/** 404 for an unknown path. */
export function pathNotFound(): StatusError {
  return new StatusError(
    failureStatus({ code: 404, reason: 'NotFound', message: 'the server could not find the requested resource', details: {} }),
  );
}
