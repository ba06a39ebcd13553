import type { FastifyInstance, FastifyReply } from 'fastify';
import { codingFor } from './content-coding.js';
import { hasAlready } from './entity-tag.js';
import { type PlaygroundFiles, readPlayground } from './playground-files.js';

/** Everything comes from this origin; nothing is evaluated, and no script, style or form stands in the page itself. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const guarded = (reply: FastifyReply): FastifyReply =>
  reply
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('cross-origin-resource-policy', 'same-origin');

/**
 * Serves the playground at GET /graphql, and its files below /graphql/files/VERSION/: the version is that of their contents, so that
 * browsers keep them for good. They are read at the first request.
 */
export function servePlayground(fastify: FastifyInstance): void {
  let reading: Promise<PlaygroundFiles> | undefined;
  const files = (): Promise<PlaygroundFiles> => {
    reading ??= readPlayground().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
  fastify.get('/graphql', async (request, reply) => {
    const { page, pageTag } = await files();
    guarded(reply).header('content-security-policy', policy).header('cache-control', 'no-cache').header('etag', pageTag);
    if (hasAlready(request.headers['if-none-match'], pageTag)) return reply.code(304).send();
    return reply.type('text/html; charset=utf-8').send(page);
  });
  fastify.get<{ Params: { version: string; '*': string } }>('/graphql/files/:version/*', async (request, reply) => {
    const { version, byName } = await files();
    const { params, headers } = request;
    const file = byName.get(params['*']);
    if (!file) return guarded(reply).code(404).type('text/plain').send('not found');
    // A page of another version may ask for it while the server is replaced: it gets what is there, and keeps it no longer.
    const kept = params.version === version ? 'public, max-age=31536000, immutable' : 'no-cache';
    guarded(reply).header('cache-control', kept).header('etag', file.tag).header('vary', 'accept-encoding');
    if (hasAlready(headers['if-none-match'], file.tag)) return reply.code(304).send();
    const encoding = codingFor(headers['accept-encoding']);
    if (encoding) reply.header('content-encoding', encoding);
    return reply.type(`${file.type}; charset=utf-8`).send(await file.content(encoding));
  });
}
