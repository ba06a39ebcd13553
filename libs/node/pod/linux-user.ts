import type { corev1 } from '#api';

/** The user that a container's processes run as, given that of its image. */
export function linuxUser(pod: corev1.Pod, container: corev1.Container, imageUser: number): corev1.LinuxContainerUser {
  const security = pod.spec?.securityContext;
  const uid = container.securityContext?.runAsUser ?? security?.runAsUser ?? imageUser;
  const gid = container.securityContext?.runAsGroup ?? security?.runAsGroup ?? (uid === imageUser ? imageUser : 0);
  const groups = [gid, ...(security?.fsGroup === undefined ? [] : [security.fsGroup]), ...(security?.supplementalGroups ?? [])];
  return { uid, gid, supplementalGroups: [...new Set(groups)] };
}

/** A container with what its pod says for all: whoever looks at it alone knows its user. */
export function withPodUser({ spec }: corev1.Pod, container: corev1.Container): corev1.Container {
  const { runAsUser, runAsGroup } = spec?.securityContext ?? {};
  if (runAsUser === undefined && runAsGroup === undefined) return container;
  const all = { ...(runAsUser === undefined ? {} : { runAsUser }), ...(runAsGroup === undefined ? {} : { runAsGroup }) };
  return { ...container, securityContext: { ...all, ...container.securityContext } };
}
