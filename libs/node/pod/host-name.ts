import type { corev1 } from '#api';

/** Characters of the host name that the kernel takes. */
const LONGEST_NAME = 64;

/** The host name of a pod, and the domain that it is in (kubelet GeneratePodHostNameAndDomain). */
export function namesOf({ metadata, spec }: corev1.Pod): { name: string; domain?: string } {
  const { hostname, hostnameOverride, subdomain } = spec ?? {};
  const name = (hostnameOverride || hostname || metadata.name).slice(0, 63).replace(/[-.]+$/, '');
  return { name, ...(subdomain && !hostnameOverride ? { domain: `${subdomain}.${metadata.namespace}.svc.cluster.local` } : {}) };
}

/** What `hostname` prints in a pod's containers. */
export function hostnameOf(pod: corev1.Pod): string {
  if (pod.spec?.hostNetwork && !pod.spec.hostnameOverride) return pod.spec.nodeName ?? '';
  const { name, domain } = namesOf(pod);
  return pod.spec?.setHostnameAsFQDN && domain ? `${name}.${domain}` : name;
}

/** Why a pod's sandbox cannot have the host name that it asks for (util.GetNodenameForKernel); undefined if it can. */
export function hostnameError(pod: corev1.Pod): string | undefined {
  if (!pod.spec?.setHostnameAsFQDN) return undefined;
  const name = hostnameOf(pod);
  if (name.length <= LONGEST_NAME) return undefined;
  return `failed to construct FQDN from pod hostname and cluster domain, FQDN ${name} is too long (${LONGEST_NAME} characters is the max, ${name.length} characters requested)`;
}
