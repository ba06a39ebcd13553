import { badRequest, goQuote, internalError, type Status, StatusError } from '#apimachinery';

/** A webhook could not be asked, or its answer could not be used: failurePolicy says what follows. */
export class CallFailure extends Error {
  constructor(webhook: string, reason: string) {
    super(`failed calling webhook ${goQuote(webhook)}: ${reason}`);
  }

  /** The error of the request where the failure is not ignored. */
  get error(): StatusError {
    return internalError(this.message);
  }
}

/** A status code that HTTP can carry and that is an error. */
const errorCode = (code: unknown): number =>
  typeof code === 'number' && Number.isInteger(code) && code >= 400 && code <= 999 ? code : 400;

/** The refusal of a webhook (webhook/errors ToStatusErr). */
export function denied(webhook: string, result: Partial<Status> | undefined): StatusError {
  const by = `admission webhook ${goQuote(webhook)} denied the request`;
  const { message, reason } = result ?? {};
  const said = (typeof message === 'string' && message) || (typeof reason === 'string' && reason) || undefined;
  return new StatusError({
    ...result,
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    code: errorCode(result?.code),
    message: said ? `${by}: ${said}` : `${by} without explanation`,
  } as Status);
}

/** A dry run must have no side effects. */
export const noDryRun = (webhook: string): StatusError => badRequest(`admission webhook ${goQuote(webhook)} does not support dry run`);
