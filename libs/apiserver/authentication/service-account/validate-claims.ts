import { type Instant, type KubeObject, notFound } from '#apimachinery';
import type { ClusterReader } from '../../rest/reader.js';
import type { UserInfo } from '../../rest/strategy.js';
import type { ObjectClaim, TokenClaims } from './claims.js';

/** A token that is not valid; the message is what TokenReview answers. */
export class InvalidToken extends Error {}

/** The tolerance for clocks that differ, in milliseconds (go-jose DefaultLeeway). */
const LEEWAY = 60_000;

function checkTimes({ exp, nbf, iat }: TokenClaims, now: Instant): void {
  if (now + LEEWAY < nbf * 1000) throw new InvalidToken('service account token is not valid yet');
  if (now - LEEWAY > exp * 1000) throw new InvalidToken('service account token has expired');
  if (now + LEEWAY < iat * 1000) throw new InvalidToken('service account token is issued in the future');
}

function isGone({ metadata: { deletionTimestamp } }: KubeObject, now: Instant): boolean {
  return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < now - LEEWAY;
}

/** A kind of object that tokens are bound to. */
interface BoundKind {
  resource: string;
  namespaced: boolean;
  /** How errors name it, and its claim. */
  title: string;
  claim: string;
}

const SECRET: BoundKind = { resource: 'secrets', namespaced: true, title: 'secret', claim: 'secret' };
const POD: BoundKind = { resource: 'pods', namespaced: true, title: 'pod', claim: 'pod' };
const NODE: BoundKind = { resource: 'nodes', namespaced: false, title: 'node', claim: 'node' };

/** Checks claims against the cluster's time and objects. */
class ClaimsCheck {
  constructor(
    private readonly claims: TokenClaims,
    private readonly reader: ClusterReader,
    private readonly now: Instant,
  ) {}

  async run(): Promise<void> {
    checkTimes(this.claims, this.now);
    await this.account();
    const { secret, pod, node } = this.claims['kubernetes.io'];
    if (secret) await this.bound(SECRET, secret);
    if (pod) await this.bound(POD, pod);
    // The node of a pod-bound token is only information about the pod.
    else if (node) await this.bound(NODE, node);
  }

  private async account(): Promise<void> {
    const { namespace, serviceaccount } = this.claims['kubernetes.io'];
    const { name, uid } = serviceaccount;
    const account = await this.reader.get('', 'serviceaccounts', namespace, name);
    if (!account) throw new InvalidToken(notFound({ group: '', resource: 'serviceaccounts' }, name).message);
    if (account.metadata.uid !== uid) {
      throw new InvalidToken(`service account UID (${account.metadata.uid}) does not match claim (${uid})`);
    }
    if (isGone(account, this.now)) throw new InvalidToken(`service account ${namespace}/${name} has been deleted`);
  }

  private async bound({ resource, namespaced, title, claim }: BoundKind, { name, uid }: ObjectClaim): Promise<void> {
    const { namespace } = this.claims['kubernetes.io'];
    const object = await this.reader.get('', resource, namespaced ? namespace : '', name);
    if (!object) throw new InvalidToken('service account token has been invalidated');
    if (object.metadata.uid !== uid) {
      throw new InvalidToken(`${title} UID (${object.metadata.uid}) does not match service account ${claim} ref claim (${uid})`);
    }
    if (isGone(object, this.now)) throw new InvalidToken('service account token has been invalidated');
  }
}

/** Checks the claims of a token with a valid signature (claims.go Validate). Throws InvalidToken. */
export async function validateClaims(claims: TokenClaims, reader: ClusterReader, now: Instant): Promise<void> {
  await new ClaimsCheck(claims, reader, now).run();
}

const EXTRA = 'authentication.kubernetes.io/';

/** The user of a token (apiserver/pkg/authentication/serviceaccount ServiceAccountInfo.UserInfo). */
export function userOf({ jti, sub, 'kubernetes.io': { namespace, serviceaccount, pod, node } }: TokenClaims): UserInfo {
  return {
    name: sub,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra: {
      [`${EXTRA}credential-id`]: [`JTI=${jti}`],
      ...(node && { [`${EXTRA}node-name`]: [node.name] }),
      ...(node?.uid && { [`${EXTRA}node-uid`]: [node.uid] }),
      ...(pod && { [`${EXTRA}pod-name`]: [pod.name] }),
      ...(pod?.uid && { [`${EXTRA}pod-uid`]: [pod.uid] }),
    },
  };
}
