import { failureStatus, goQuote, type Status, StatusError, type StatusReason } from '#apimachinery';
import { SHOWN_ANSWER } from './limits.js';
import type { HttpAnswer } from './webhook-caller.js';

type Worded = { reason: StatusReason; message: string };

/** How a client reports an answer that is no Status (api/errors NewGenericServerResponse). `said`: the server's text. */
function worded(code: number, said: string): Worded | undefined {
  if (code === 403) return { reason: 'Forbidden', message: said };
  if (code === 406)
    return {
      reason: 'NotAcceptable',
      message: said === '' || said === 'unknown' ? 'the server was unable to respond with a content type that the client supports' : said,
    };
  if (code === 415) return { reason: 'UnsupportedMediaType', message: said };
  const known = FIXED[code];
  if (known) return known;
  if (code < 500) return undefined;
  return { reason: 'InternalError', message: `an error on the server (${goQuote(said)}) has prevented the request from succeeding` };
}

const FIXED: Readonly<Record<number, Worded>> = {
  400: { reason: 'BadRequest', message: 'the server rejected our request for an unknown reason' },
  401: { reason: 'Unauthorized', message: 'the server has asked for the client to provide credentials' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  405: { reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' },
  409: { reason: 'AlreadyExists', message: 'the server reported a conflict' },
  422: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
  429: {
    reason: 'TooManyRequests',
    message: 'the server has received too many requests and has asked us to try again later',
  },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: {
    reason: 'Timeout',
    message: 'the server was unable to return a response in the time allotted, but may still be processing the request',
  },
};

/** The error of an answer that is not a success (client-go rest/request.go transformResponse). */
export function serverError({ status: code, contentType = '', body }: HttpAnswer): StatusError {
  const own = statusIn(body);
  if (own) return new StatusError(own);
  const isText = contentType === '' || /^text\//i.test(contentType);
  const said = isText ? body.slice(0, SHOWN_ANSWER).trim() : 'unknown';
  const { reason, message } = worded(code, said) ?? {
    reason: 'Unknown' as StatusReason,
    message: `the server responded with the status code ${code} but did not return more information`,
  };
  const details = { causes: [{ reason: 'UnexpectedServerResponse', message: said }] };
  return new StatusError(failureStatus({ code, reason, message, details }));
}

/** A Status of failure in the body of an error. */
function statusIn(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const parsed = JSON.parse(body) as Partial<Status>;
    return parsed.kind === 'Status' && parsed.apiVersion === 'v1' && parsed.status === 'Failure' && typeof parsed.message === 'string'
      ? (parsed as Status)
      : undefined;
  } catch {
    return undefined;
  }
}
