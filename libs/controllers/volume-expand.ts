import { type corev1, PersistentVolume, PersistentVolumeClaim } from '#api';
import { parseQuantity } from '#apimachinery';
import { defineController } from '#controller-runtime';

type Claim = corev1.PersistentVolumeClaim;

const PRE_RESIZE = 'volume.alpha.kubernetes.io/pre-resize-capacity';

const amount = (amounts: Readonly<Record<string, string>> | undefined) => parseQuantity(amounts?.storage ?? '0');
const isBound = ({ spec, status }: Claim): boolean => status?.phase === 'Bound' && Boolean(spec.volumeName);

/** Whether a claim asks for more than it has. */
const wantsMore = (claim: Claim): boolean =>
  isBound(claim) && amount(claim.spec.resources?.requests).compare(amount(claim.status?.capacity)) > 0;

/** A claim came, asks for more than before, or has got more. */
function hasGrown(claim: Claim, old: Claim | undefined): boolean {
  if (old === undefined) return true;
  const grows = (now: Readonly<Record<string, string>> | undefined, before: Readonly<Record<string, string>> | undefined) =>
    now?.storage !== before?.storage && amount(now).compare(amount(before)) > 0;
  return grows(claim.spec.resources?.requests, old.spec.resources?.requests) || grows(claim.status?.capacity, old.status?.capacity);
}

/**
 * Says of claims that ask for more that somebody else has to expand their volumes: kube-controller-manager has no volume plugin that can
 * (pkg/controller/volume/expand).
 */
export const volumeExpand = defineController({
  name: 'expand-controller',
  queue: 'volume_expand',
  flag: 'persistentvolume-expander-controller',
  eventSource: 'volume_expand',
  for: PersistentVolumeClaim,
  filter: ({ object, old, deleted }) => !deleted && isBound(object) && hasGrown(object, old),
  interests: ({ object, deleted }) => !deleted && wantsMore(object() as Claim),
  async reconcile(claim, { client, informers, recorder }) {
    const volume = informers.of(PersistentVolume).get(claim.spec.volumeName ?? '');
    if (volume?.spec.claimRef?.uid !== claim.metadata.uid || volume === undefined) return undefined;
    const { annotations } = volume.metadata;
    if (wantsMore(claim)) recorder.normal(claim, 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
    else if (annotations?.[PRE_RESIZE] !== undefined && amount(claim.status?.capacity).compare(amount(volume.spec.capacity)) >= 0)
      await client.patch(PersistentVolume, volume.metadata.name, undefined, 'merge', { metadata: { annotations: { [PRE_RESIZE]: null } } });
    return undefined;
  },
});
