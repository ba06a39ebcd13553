import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';

/** What a request asks for, as GraphQL over HTTP names it. */
export interface Asked {
  query?: string | undefined;
  operationName?: string | undefined;
  variables?: Record<string, unknown> | undefined;
  extensions?: Record<string, unknown> | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const badRequest = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });

function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw badRequest(`${name} must be given once, as a text`);
  return value;
}

/** An object; in the URL it is JSON. */
function recordOf(fields: Fields, name: string, inUrl: boolean): Record<string, unknown> | undefined {
  const given = fields[name];
  if (given === undefined || given === null) return undefined;
  let value = given;
  if (inUrl) {
    try {
      value = JSON.parse(textOf(fields, name) ?? '');
    } catch (error) {
      if (error instanceof GraphQLError) throw error;
      throw badRequest(`${name} is not JSON`);
    }
  }
  if (!isRecord(value)) throw badRequest(`${name} must be an object`);
  return value;
}

/** The operation of a request: of the URL for GET, of the body for POST. Throws a GraphQLError BAD_REQUEST. */
export function askedBy({ method, query, body }: Pick<FastifyRequest, 'method' | 'query' | 'body'>): Asked {
  const inUrl = method === 'GET';
  const fields = inUrl ? (query as Fields) : body;
  if (Array.isArray(fields)) throw badRequest('one operation a request: a list of them is not accepted');
  if (!isRecord(fields)) throw badRequest('the body must be a JSON object with a query');
  return {
    query: textOf(fields, 'query'),
    operationName: textOf(fields, 'operationName'),
    variables: recordOf(fields, 'variables', inUrl),
    extensions: recordOf(fields, 'extensions', inUrl),
  };
}

/** Whether a GET asks for an operation, not for the page. Browsers that open a link want a page. */
export function asksForOperation({ url = '', headers }: { url?: string | undefined; headers: { accept?: string | undefined } }): boolean {
  if (headers.accept?.includes('text/html')) return false;
  const at = url.indexOf('?');
  if (at < 0) return false;
  const search = new URLSearchParams(url.slice(at));
  return search.has('query') || search.has('extensions');
}
