import { GraphQLError } from 'graphql';
import { Problem } from '#hosting';
import { pastProblem } from '../platform/problems.js';

const CODES: Readonly<Record<number, string>> = { 403: 'FORBIDDEN', 404: 'NOT_FOUND', 409: 'CONFLICT', 410: 'EXPIRED', 504: 'TIMEOUT' };

/** What the client can do something about, in the graph's words. */
export function graphError(error: unknown): unknown {
  const cause = pastProblem(error);
  if (!(cause instanceof Problem)) return error;
  return new GraphQLError(cause.message, { extensions: { code: CODES[cause.status] ?? 'BAD_USER_INPUT' } });
}
