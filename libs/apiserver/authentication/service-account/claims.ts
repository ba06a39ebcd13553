import type { Instant } from '#apimachinery';

/** The issuer of ServiceAccount tokens, and the audience of the API server (kubeadm's --service-account-issuer). */
export const SERVICE_ACCOUNT_ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** An object in the claims; a node that does not exist (any more) has no uid. */
export interface ObjectClaim {
  name: string;
  uid?: string;
}

/** What the token is bound to. A token for a pod also names the pod's node. */
export interface BoundObjects {
  pod?: ObjectClaim;
  secret?: ObjectClaim;
  node?: ObjectClaim;
}

/** The claims of a token (pkg/serviceaccount/claims.go). Times are in seconds. */
export interface TokenClaims {
  aud: string[];
  exp: number;
  iat: number;
  iss: string;
  jti: string;
  'kubernetes.io': BoundObjects & { namespace: string; serviceaccount: ObjectClaim; warnafter?: number };
  nbf: number;
  sub: string;
}

/** What a token is issued for. */
export interface TokenDraft {
  account: { namespace: string; name: string; uid: string };
  bound: BoundObjects;
  audiences: string[];
  /** Seconds. */
  expiresIn: number;
  /** Seconds until its use is noted as stale. */
  warnAfter?: number;
}

/** The claims of a new token. Keys are in the order in which Go prints a map. */
export function claimsOf(
  { issuer, account, bound, audiences, expiresIn, warnAfter }: TokenDraft & { issuer: string },
  now: Instant,
  id: string,
): TokenClaims {
  const { namespace, name, uid } = account;
  const { pod, secret, node } = bound;
  const second = Math.floor(now / 1000);
  return {
    aud: audiences,
    exp: Math.floor(now / 1000 + expiresIn),
    iat: second,
    iss: issuer,
    jti: id,
    'kubernetes.io': {
      namespace,
      ...(node && { node }),
      ...(pod && { pod }),
      ...(secret && { secret }),
      serviceaccount: { name, uid },
      ...(warnAfter === undefined ? {} : { warnafter: second + warnAfter }),
    },
    nbf: second,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
}
