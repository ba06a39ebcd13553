import type { authenticationv1, corev1, storagev1 } from '#api';
import { goQuote, notFound } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext } from '#apiserver';
import { rejected } from '../rejection.js';

/** The CSI driver of the volume that is bound to a claim, if there is one. */
async function driverOfClaim(namespace: string, name: string, { reader }: AdmissionContext): Promise<string | undefined> {
  const claim = await reader.get<corev1.PersistentVolumeClaim>('', 'persistentvolumeclaims', namespace, name);
  const volume = claim?.spec?.volumeName ?? '';
  if (volume === '') return undefined;
  return (await reader.get<corev1.PersistentVolume>('', 'persistentvolumes', '', volume))?.spec?.csi?.driver;
}

async function driverOf(volume: corev1.Volume, pod: corev1.Pod, ctx: AdmissionContext): Promise<string | undefined> {
  const namespace = pod.metadata.namespace ?? '';
  if (volume.ephemeral?.volumeClaimTemplate) return driverOfClaim(namespace, `${pod.metadata.name}-${volume.name}`, ctx);
  if (volume.persistentVolumeClaim) return driverOfClaim(namespace, volume.persistentVolumeClaim.claimName, ctx);
  return volume.csi?.driver;
}

/** Whether a pod mounts a token for an audience, or a volume of a driver that gets one. */
async function needsAudience(pod: corev1.Pod, audience: string, ctx: AdmissionContext): Promise<boolean> {
  for (const volume of pod.spec.volumes ?? []) {
    const sources = volume.projected?.sources ?? [];
    if (sources.some(({ serviceAccountToken }) => serviceAccountToken && (serviceAccountToken.audience ?? '') === audience)) return true;
    const name = await driverOf(volume, pod, ctx);
    const driver = name ? await ctx.reader.get<storagev1.CSIDriver>('storage.k8s.io', 'csidrivers', '', name) : undefined;
    if (driver?.spec.tokenRequests?.some((request) => request.audience === audience)) return true;
  }
  return false;
}

/** A node may only ask for audiences that its pods need, unless it is authorized to ask for others. */
async function checkAudience(
  attributes: AdmissionAttributes,
  { pod, audiences }: { pod: corev1.Pod; audiences: readonly string[] },
  ctx: AdmissionContext,
): Promise<void> {
  if (audiences.length > 1) throw rejected(attributes, 'node may only request 0 or 1 audiences');
  const [audience = ''] = audiences;
  if (await needsAudience(pod, audience, ctx)) return;
  const { user, namespace, name } = attributes;
  const resource = { group: '', version: 'v1', resource: audience, subresource: '', namespace, name };
  const { allowed } = await ctx.authorizer.authorize({ user, verb: 'request-serviceaccounts-token-audience', resource });
  if (allowed) return;
  const what = `audience ${goQuote(audience)} not found in pod spec volume`;
  throw rejected(attributes, `${what}, ${user.name} is not authorized to request tokens for this audience`);
}

/** A node only gets tokens for the pods that run on it (plugin/pkg/admission/noderestriction admitServiceAccount). */
export async function admitTokenRequest(attributes: AdmissionAttributes, node: string, ctx: AdmissionContext): Promise<void> {
  if (attributes.operation !== 'CREATE' || attributes.subresource !== 'token') return;
  const { boundObjectRef: ref, audiences } = (attributes.object as unknown as authenticationv1.TokenRequest).spec;
  if (ref?.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) throw rejected(attributes, 'node requested token not bound to a pod');
  if (!ref.uid) throw rejected(attributes, 'node requested token with a pod binding without a uid');
  const pod = await ctx.reader.get<corev1.Pod>('', 'pods', attributes.namespace, ref.name);
  if (!pod) throw notFound({ group: '', resource: 'pod' }, ref.name);
  if (pod.metadata.uid !== ref.uid) {
    const known = `the UID in the bound object reference (${ref.uid}) does not match the UID in record`;
    throw rejected(attributes, `${known}. The object might have been deleted and then recreated`);
  }
  if (pod.spec.nodeName !== node) throw rejected(attributes, 'node requested token bound to a pod scheduled on a different node');
  await checkAudience(attributes, { pod, audiences: audiences ?? [] }, ctx);
}
