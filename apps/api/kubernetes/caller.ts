import type { IncomingMessage } from 'node:http';
import { StatusError } from '#apimachinery';
import { ANONYMOUS, type ApiResponse, bearerTokenOf, type UserInfo } from '#apiserver';
import { clientCertificateOf, type OpenApi } from '#hosting';
import type { Access, Grant } from '#platform';
import type { StandingSession } from '../standing-sessions.js';
import { clusterAdmin } from './cluster-admin.js';
import { adoptSocketToken } from './socket-token.js';

/** The caller: its cluster, its user (unset: anonymous), and its token. */
export interface Caller {
  cluster: string;
  user?: UserInfo;
  tokenHash?: string;
  /** It is the platform's token. */
  platform?: true;
  /** For a token of the cluster itself: whether it is still valid. */
  stillValid?(): Promise<boolean>;
}

/** What a caller shows of itself: its headers, and its connection, which may have a client certificate. */
export type Presented = Pick<IncomingMessage, 'headers' | 'socket'>;

/**
 * The caller (without a user: anonymous, or the cluster authenticates it) and its cluster; undefined if the token is not valid for the
 * cluster in the URL.
 */
export function callerOf(
  access: Access,
  request: Pick<Presented, 'headers'>,
  named: string | undefined,
): Caller | undefined | Promise<Caller | undefined> {
  if (!adoptSocketToken(request.headers)) return undefined;
  const anonymous = named === undefined ? undefined : { cluster: named };
  const token = bearerTokenOf(request);
  if (token === undefined) return anonymous;
  const remembered = access.remembered(token);
  // Nearly all requests: no promise is made for them.
  if (remembered) return callerWith(remembered, named);
  return access.grantOf(token).then((grant) => callerWith(grant, named));
}

function callerWith(grant: Grant | undefined, named: string | undefined): Caller | undefined {
  // Not the platform's: perhaps a token of the cluster in the URL.
  if (grant === undefined) return named === undefined ? undefined : { cluster: named };
  if (grant.scope !== 'cluster') return undefined;
  return named === undefined || named === grant.cluster ? { cluster: grant.cluster, user: clusterAdmin, tokenHash: grant.hash } : undefined;
}

/** What stays open for a caller, and ends with its token or its rights. */
export function standing({ cluster, tokenHash, stillValid }: Caller, { stillAllowed }: ApiResponse, close: () => void): StandingSession {
  const allowed = async () => ((await stillValid?.()) ?? true) && ((await stillAllowed?.()) ?? true);
  const asked = (stillValid || stillAllowed) && { allowed };
  return { cluster, close, ...(tokenHash !== undefined && { tokenHash }), ...asked };
}

/**
 * The caller with its user if the cluster authenticates it; undefined if the cluster refuses its credentials. A client certificate of the
 * cluster comes before any token, and one that is not valid there does no harm beside a valid token, as upstream.
 */
export function authenticated(open: OpenApi, caller: Caller, request: Presented): Caller | undefined | Promise<Caller | undefined> {
  const certificate = clientCertificateOf(request.socket);
  if (certificate === undefined && (caller.user || bearerTokenOf(request) === undefined)) return caller;
  return authenticatedBy(open, caller, { request, certificate });
}

interface Proof {
  request: Presented;
  certificate: ReturnType<typeof clientCertificateOf>;
}

async function authenticatedBy({ api }: OpenApi, caller: Caller, { request, certificate }: Proof): Promise<Caller | undefined> {
  const credentials = { headers: caller.user ? {} : request.headers, ...(certificate && { certificate }) };
  const user = await unlessRefused(api.authenticate(credentials));
  if (user === ANONYMOUS || (user === undefined && caller.user)) return caller;
  const stillValid = async () => (await unlessRefused(api.authenticate(credentials))) !== undefined;
  return user && { cluster: caller.cluster, user, stillValid };
}

/** The user; undefined if the credentials were refused. */
async function unlessRefused(user: Promise<UserInfo>): Promise<UserInfo | undefined> {
  try {
    return await user;
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 401) return undefined;
    throw error;
  }
}
