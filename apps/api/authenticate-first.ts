import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type BodyBudget, type ConnectionLimiter, type ListenerLimits, Problem, type Tenant } from '#hosting';
import type { Access, Grant } from '#platform';
import { announcedLength } from './kubernetes/request-body.js';

export interface FirstOptions {
  access: Access;
  connections: ConnectionLimiter;
  bodies: BodyBudget;
  limits: ListenerLimits;
}

const tenantOf = (grant: Grant | undefined): Tenant | undefined => (grant?.scope === 'cluster' ? grant.cluster : grant?.scope);

/** The token of a request, if it has one. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}

/**
 * Determines whose request it is before Nest reads a body. A request without a valid token counts as unauthenticated, and its body is
 * charged to the shared budget for those. What the token gives access to is decided later, by the platform's guard and by the graph.
 */
export function authenticateFirst(fastify: FastifyInstance, { access, connections, bodies, limits }: FirstOptions): void {
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const token = bearerToken(request.headers.authorization);
    const tenant = token === undefined ? undefined : tenantOf(access.remembered(token) ?? (await access.grantOf(token)));
    if (tenant !== undefined && !connections.authenticated(request.raw.socket, tenant)) throw busy(reply);
    const length = announcedLength(request.raw);
    if (length > limits.droppedBody) reply.header('connection', 'close');
    if (length === 0) return;
    if (tenant === undefined && request.url.startsWith('/platform/')) throw unauthorized();
    const account = bodies.open(tenant);
    reply.raw.once('close', account.release);
    if (!account.take(Number.isFinite(length) ? Math.min(length, largestBody) : largestBody)) throw busy(reply);
  });
}

/** The largest body that any route after this accepts: a manifest and a GraphQL query. */
const largestBody = 4 * 1024 * 1024;

/** The platform's 401. */
export const unauthorized = () => new Problem(401, 'send the platform token: Authorization: Bearer TOKEN');

function busy(reply: FastifyReply): Problem {
  reply.header('retry-after', '1').header('connection', 'close');
  return new Problem(429, 'Too many requests, please try again later.');
}
