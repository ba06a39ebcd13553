import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { StorageFull, StorageUnavailable } from '#storage';
import type { Log } from './logging.js';

/** An error of the platform's REST API, answered as application/problem+json (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail?: string,
    readonly more: {
      /** The invalid fields of the body. */
      errors?: ReadonlyArray<{ path: string; message: string }>;
      /** Seconds after which it may be retried. */
      retryAfter?: number;
    } = {},
  ) {
    super(detail ?? titleOf(status));
  }
}

/** When a request that cannot be served now may be retried (seconds). */
const RETRY = { retryAfter: 2 };

const titleOf = (status: number): string => STATUS_CODES[status] ?? 'Error';

/** Validates a body or a query. Throws a 422 problem that names every invalid field. */
export function validated<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  throw new Problem(422, errors.map((e) => (e.path ? `${e.path}: ${e.message}` : e.message)).join('; '), { errors });
}

/** Answers a problem as application/problem+json. */
export function sendProblem(reply: FastifyReply, { status, detail, more: { errors, retryAfter } }: Problem, requestId: string): void {
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: titleOf(status), status, detail, errors, requestId }));
}

/** The message of an error that the client caused. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof StorageUnavailable) {
    return error.outcomeUnknown
      ? new Problem(504, 'the database did not answer in time: the request may or may not have taken effect', RETRY)
      : new Problem(503, 'the database cannot be reached; try again later', RETRY);
  }
  if (error instanceof StorageFull) return new Problem(507, 'the storage is full', RETRY);
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number }).statusCode;
  if (status === undefined || status < 400 || status > 499) return undefined;
  return new Problem(status, error instanceof Error ? error.message : undefined);
}

/** Every error of a Nest route becomes a problem document; an unexpected one is logged and answered with a 500 without its message. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const problem = problemOf(error);
    if (!problem || problem.status >= 500)
      this.log.error({ err: error, requestId: request.id, url: request.url.split('?')[0] }, 'request failed');
    sendProblem(reply, problem ?? new Problem(500, `Internal error occurred: request ${request.id}`), request.id);
  }
}
