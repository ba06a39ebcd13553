import type { corev1, resourcev1 } from '#api';
import { controllerOf } from '#apimachinery';
import { isTerminalPhase } from '#component-helpers';

type Claim = resourcev1.ResourceClaim;

/** Keeps an allocated claim from being deleted while pods use it. */
export const FINALIZER = 'resource.kubernetes.io/delete-protection';
/** On a claim made from a template: the name of the entry in the pod's spec. */
export const POD_CLAIM = 'resource.kubernetes.io/pod-claim-name';

/** Room for a hyphen and five random characters in a name of 63. */
const LONGEST_BASE = 57;

/** The pod uses no claims any more (isPodDone). */
export function isPodDone({ metadata, spec, status }: corev1.Pod): boolean {
  return isTerminalPhase(status?.phase) || (metadata.deletionTimestamp !== undefined && !spec.nodeName);
}

/** The beginning of the name of a claim that is made for a pod. */
export function generatedBase(pod: string, entry: string): string {
  const base = `${pod}-${entry}-`;
  if (base.length <= LONGEST_BASE) return base;
  const share = (part: string) => part.slice(0, Math.floor((part.length * LONGEST_BASE) / base.length));
  return `${share(pod)}-${share(entry)}`;
}

/** The claim of an entry of a pod's spec, made from a template. Pure. */
export function claimFromTemplate(pod: corev1.Pod, entry: string, { spec }: resourcev1.ResourceClaimTemplate): Claim {
  const { namespace, name, uid = '' } = pod.metadata;
  const { annotations, labels } = spec.metadata ?? {};
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name: '',
      generateName: generatedBase(name, entry),
      namespace,
      annotations: { ...annotations, [POD_CLAIM]: entry },
      ...(labels ? { labels } : {}),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
    },
    spec: spec.spec,
  };
}

/** What is to be done about a claim. */
export interface ClaimUpkeep {
  /** The new status; unset if it is unchanged. */
  status?: resourcev1.ResourceClaimStatus;
  /** Nobody uses it and its devices are given back: the finalizer goes. */
  release: boolean;
  /** The pod that it was made for is done. */
  remove: boolean;
}

/** Takes pods that are gone or done off a claim, and gives its devices back after the last one (syncClaim). Pure. */
export function planClaimUpkeep(claim: Claim, podOf: (name: string) => corev1.Pod | undefined): ClaimUpkeep {
  const { status = {}, metadata } = claim;
  const reserved = status.reservedFor ?? [];
  const remaining = reserved.filter(({ apiGroup, resource, name, uid }) => {
    if (apiGroup || resource !== 'pods') return true;
    const pod = podOf(name);
    return pod !== undefined && pod.metadata.uid === uid && !isPodDone(pod);
  });
  const guarded = (metadata.finalizers ?? []).includes(FINALIZER);
  const unused = remaining.length === 0;
  const gives = guarded && unused && (reserved.length > 0 || metadata.deletionTimestamp !== undefined);
  const owner = controllerOf(claim);
  const made = unused && owner?.kind === 'Pod' ? podOf(owner.name) : undefined;
  const { allocation, reservedFor: _, ...rest } = status;
  const next = { ...rest, ...(allocation && !gives ? { allocation } : {}), ...(unused ? {} : { reservedFor: remaining }) };
  return {
    ...(remaining.length < reserved.length || (gives && allocation) ? { status: next } : {}),
    release: gives,
    remove: made !== undefined && (made.metadata.uid !== owner?.uid || isPodDone(made)) && metadata.deletionTimestamp === undefined,
  };
}
