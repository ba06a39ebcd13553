import type { authenticationv1 } from '#api';
import { formatTime } from '#apimachinery';
import type { ResourceStrategy, UserInfo } from '#apiserver';

/** A user in the form of authentication/v1. */
export const userInfo = ({ name, uid, groups, extra }: UserInfo): authenticationv1.UserInfo => ({
  username: name,
  ...(uid ? { uid } : {}),
  ...(groups.length > 0 ? { groups } : {}),
  ...(extra && Object.keys(extra).length > 0 ? { extra } : {}),
});

/** SelfSubjectReview: the caller, `kubectl auth whoami` (registry/authentication/selfsubjectreview). */
export const selfSubjectReview: ResourceStrategy<authenticationv1.SelfSubjectReview> = {
  group: 'authentication.k8s.io',
  resource: 'selfsubjectreviews',
  async answer({ kind, apiVersion }, { user, clock }) {
    const metadata = { creationTimestamp: formatTime(clock.now()) } as authenticationv1.SelfSubjectReview['metadata'];
    return { kind, apiVersion, metadata, status: { userInfo: userInfo(user) } };
  },
};
