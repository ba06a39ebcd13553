import type { corev1 } from '#api';
import type { MachineFiles } from './world.js';

/** Profiles of AppArmor and seccomp that a container asks for and its node does not have (containerd, internal/cri/server). */

const SECCOMP = '/var/lib/kubelet/seccomp';
const APPARMOR = '/etc/apparmor.d/';

/** Why the runtime makes no container with the seccomp profile; a privileged one runs without. */
function seccompError(pod: corev1.Pod, { securityContext }: corev1.Container, machine: () => MachineFiles): string | undefined {
  const profile = securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile;
  if (profile?.type !== 'Localhost' || !profile.localhostProfile || securityContext?.privileged) return undefined;
  const path = `${SECCOMP}/${profile.localhostProfile.replace(/^\/+/, '')}`;
  const failed = `failed to create containerd container:`;
  const text = machine().file(path);
  if (text === undefined) return `${failed} cannot load seccomp profile "${path}": open ${path}: no such file or directory`;
  const error = text.trim() === '' ? 'unexpected end of JSON input' : undefined;
  return error && `${failed} decoding seccomp profile failed "${path}": ${error}`;
}

/** Whether a file of /etc/apparmor.d defines a profile: what is there is loaded when the machine starts. */
function defines(text: string, name: string): boolean {
  return text.split('\n').some((line) => {
    const words = line.trim().split(/[\s{(]+/, 2);
    return (words[0] === 'profile' ? words[1] : words[0])?.replaceAll('"', '') === name;
  });
}

/** The nodes run Debian, which has AppArmor on: a profile that is not loaded is missed when the container is created. */
function appArmorError(pod: corev1.Pod, { securityContext }: corev1.Container, machine: () => MachineFiles): string | undefined {
  const profile = securityContext?.appArmorProfile ?? pod.spec.securityContext?.appArmorProfile;
  if (profile?.type !== 'Localhost' || !profile.localhostProfile) return undefined;
  const name = profile.localhostProfile;
  if (
    machine()
      .filesIn(APPARMOR)
      .some((text) => defines(text, name))
  )
    return undefined;
  return `failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found ${name}`;
}

/** Why the runtime creates no container with the profiles that it asks for. */
export const profileError = (pod: corev1.Pod, container: corev1.Container, machine: () => MachineFiles): string | undefined =>
  appArmorError(pod, container, machine) ?? seccompError(pod, container, machine);
