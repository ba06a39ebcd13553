import type { FastifyInstance } from 'fastify';
import { Problem } from '#hosting';
import { checkValues } from '../json-body.js';

/** The media type of a cluster as a file. */
export const CLUSTER_FILE = 'application/x-ndjson';

/**
 * Bodies are JSON, or empty. Where a cluster's file is imported, it is read as it comes in: such a body is a stream. Other types are a
 * problem 415.
 */
export function acceptBodies(fastify: FastifyInstance): void {
  const files = new Set([CLUSTER_FILE, 'application/octet-stream']);
  const json = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') {
      done(null, undefined);
      return;
    }
    try {
      checkValues(body);
    } catch (error) {
      done(error as Problem);
      return;
    }
    json(request, body, done);
  });
  fastify.addContentTypeParser('*', ({ routeOptions, headers }, payload, done) => {
    const imports = routeOptions.url?.endsWith('/import');
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
    if (imports && files.has(type)) done(null, payload);
    else done(new Problem(415, `send ${imports ? `the file as ${CLUSTER_FILE}` : 'application/json'}`));
  });
}
