import type { IncomingMessage } from 'node:http';
import { StatusError } from '#apimachinery';
import { ANONYMOUS, type ApiResponse, bearerTokenOf, type UserInfo } from '#apiserver';
import { clientCertificateOf, type OpenApi } from '#hosting';
import type { Access } from '#platform';
import type { StandingSession } from '../standing-sessions.js';
import { clusterAdmin } from './cluster-admin.js';
import { adoptSocketToken } from './socket-token.js';

/** The caller: its cluster, its user (unset: anonymous), and its token. */
export interface Caller {
  cluster: string;
  user?: UserInfo;
  tokenHash?: string;
  /** For a token of the cluster itself: whether it is still valid. */
  stillValid?(): Promise<boolean>;
}

/** What a caller shows of itself: its headers, and its connection, which may have a client certificate. */
export type Presented = Pick<IncomingMessage, 'headers' | 'socket'>;

/**
 * The caller (without a user: anonymous, or the cluster authenticates it) and its cluster; undefined if the token is not valid for the
 * cluster in the URL.
 */
export async function callerOf(
  access: Access,
  request: Pick<Presented, 'headers'>,
  named: string | undefined,
): Promise<Caller | undefined> {
  if (!adoptSocketToken(request.headers)) return undefined;
  const anonymous = named === undefined ? undefined : { cluster: named };
  const token = bearerTokenOf(request);
  if (token === undefined) return anonymous;
  const grant = access.remembered(token) ?? (await access.grantOf(token));
  // Not the platform's: perhaps a token of the cluster in the URL.
  if (grant === undefined) return anonymous;
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
export async function authenticated({ api }: OpenApi, caller: Caller, request: Presented): Promise<Caller | undefined> {
  const certificate = clientCertificateOf(request.socket);
  if (certificate === undefined && (caller.user || bearerTokenOf(request) === undefined)) return caller;
  const credentials = { headers: caller.user ? {} : request.headers, ...(certificate && { certificate }) };
  const user = await unlessRefused(api.authenticate(credentials));
  if (user === ANONYMOUS || (user === undefined && caller.user)) return caller;
  const stillValid = async () => (await unlessRefused(api.authenticate(credentials))) !== undefined;
  return user && { cluster: caller.cluster, user, stillValid };
}

/** The user; undefined if the credentials were refused. */
export async function unlessRefused(user: Promise<UserInfo>): Promise<UserInfo | undefined> {
  try {
    return await user;
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 401) return undefined;
    throw error;
  }
}
