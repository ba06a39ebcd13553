import type { corev1 } from '#api';
import { accountsOf } from '../images/accounts.js';
import type { Accounts, ImageDefinition } from '../images/image.js';

/** What an image says of its users. */
export type ImageUser = Pick<ImageDefinition, 'user' | 'accounts' | 'system' | 'shell'>;

/**
 * The user that a container's processes run as: the primary group is that of the user in the image's /etc/passwd; the policy Merge adds the
 * groups of its /etc/group that have the user as a member (containerd, oci.WithUser and WithAdditionalGIDs; KEP-3619).
 */
export function linuxUser({ spec }: corev1.Pod, container: corev1.Container, image: ImageUser): corev1.LinuxContainerUser {
  const security = spec?.securityContext;
  const { user: imageUser = 0 } = image;
  const uid = container.securityContext?.runAsUser ?? security?.runAsUser ?? imageUser;
  const { users, groups } = accountsOf(image, container.image);
  const account = users.find((each) => each.uid === uid);
  const byImage = account?.gid ?? (uid === imageUser ? imageUser : 0);
  const gid = container.securityContext?.runAsGroup ?? security?.runAsGroup ?? byImage;
  const merged = security?.supplementalGroupsPolicy === 'Strict' || account === undefined ? [] : groupsOf(account.name, groups);
  const given = [...(security?.fsGroup === undefined ? [] : [security.fsGroup]), ...(security?.supplementalGroups ?? [])];
  return { uid, gid, supplementalGroups: [...new Set([gid, ...merged, ...given])] };
}

const groupsOf = (user: string, groups: Accounts['groups']): number[] =>
  groups.filter(({ name, members }) => name !== user && members.includes(user)).map(({ gid }) => gid);

/** A container with what its pod says for all: whoever looks at it alone knows its user. */
export function withPodUser({ spec }: corev1.Pod, container: corev1.Container): corev1.Container {
  const { runAsUser, runAsGroup } = spec?.securityContext ?? {};
  if (runAsUser === undefined && runAsGroup === undefined) return container;
  const all = { ...(runAsUser === undefined ? {} : { runAsUser }), ...(runAsGroup === undefined ? {} : { runAsGroup }) };
  return { ...container, securityContext: { ...all, ...container.securityContext } };
}
