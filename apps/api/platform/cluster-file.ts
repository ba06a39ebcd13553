import type { FastifyInstance } from 'fastify';

/** The media type of a cluster as a file. */
export const CLUSTER_FILE = 'application/x-ndjson';

/** Files of clusters are read as they come in: their bodies are streams. */
export function acceptClusterFiles(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(CLUSTER_FILE, (_request, payload, done) => done(null, payload));
}
