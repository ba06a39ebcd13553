import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';

const require = createRequire(import.meta.url);
/** A file of a package, regardless of the package's exports. */
const packaged = (name: string, file: string): string => path.join(path.dirname(require.resolve(name)), file);
const own = (name: string): URL => new URL(`./playground/${name}`, import.meta.url);

/** The page's files are all served by this server, without a CDN: it works offline and runs no third-party scripts. */
const files: Readonly<Record<string, { type: string; from: URL | string }>> = {
  'playground.js': { type: 'text/javascript', from: own('playground.js') },
  'examples.js': { type: 'text/javascript', from: own('examples.js') },
  'fetcher.js': { type: 'text/javascript', from: own('fetcher.js') },
  'playground.css': { type: 'text/css', from: own('playground.css') },
  'graphiql.js': { type: 'text/javascript', from: packaged('graphiql', '../graphiql.min.js') },
  'graphiql.css': { type: 'text/css', from: packaged('graphiql', '../graphiql.min.css') },
  'react.js': { type: 'text/javascript', from: packaged('react', 'umd/react.production.min.js') },
  'react-dom.js': { type: 'text/javascript', from: packaged('react-dom', 'umd/react-dom.production.min.js') },
  'graphql-ws.js': { type: 'text/javascript', from: packaged('graphql-ws', '../umd/graphql-ws.min.js') },
};

/** GraphiQL's editor sets inline styles; everything else comes from this origin. */
const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves GraphiQL at GET /graphql and its files below /graphql/files. */
export function servePlayground(fastify: FastifyInstance): void {
  fastify.get('/graphql', async (_request, reply) => {
    const page = await readFile(own('index.html'));
    return reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(page);
  });
  fastify.get<{ Params: { name: string } }>('/graphql/files/:name', async (request, reply) => {
    const file = Object.hasOwn(files, request.params.name) ? files[request.params.name] : undefined;
    if (!file) return reply.code(404).type('text/plain').send('not found');
    return reply
      .header('cache-control', 'public, max-age=3600')
      .header('x-content-type-options', 'nosniff')
      .type(`${file.type}; charset=utf-8`)
      .send(await readFile(file.from));
  });
}
