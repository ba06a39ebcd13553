import { CSIDriver, CSINode, CSIStorageCapacity, type corev1, PersistentVolume, StorageClass, type storagev1 } from '#api';
import { labelSelectorAsSelector, parseQuantity } from '#apimachinery';
import type { Informers } from '#client';
import {
  allowsNode,
  asCSI,
  bindVolumeToClaim,
  findMatchingVolume,
  migratedDriver,
  storageClassOf,
  volumeReachesNode,
} from '#component-helpers';
import type { AssumedVolumes, PodVolumes } from './assumed.js';
import type { PodClaims } from './pod-claims.js';

/** Why a node does not suit a pod's claims (volumebinding/binder.go). */
const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
const NOT_ENOUGH_SPACE = 'node(s) did not have enough free storage';
const VOLUME_GONE = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

type Claim = corev1.PersistentVolumeClaim;

/** What the claims get on a node, or why they cannot be used there. */
export type Found = { volumes: PodVolumes; reasons?: undefined } | { volumes?: undefined; reasons: readonly string[] };

interface Where {
  node: corev1.Node;
  informers: Informers;
  assumed: AssumedVolumes;
}

/** The plugins that a node leaves to CSI drivers. */
const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';

/** The volume as a node sees it: of a plugin that it leaves to a driver, where it is in the driver's words (tryTranslatePVToCSI). */
function seenFrom(volume: corev1.PersistentVolume, { node, informers }: Where): corev1.PersistentVolume {
  const translated = asCSI(volume);
  if (translated === volume) return volume;
  const plugins = informers.of(CSINode).get(node.metadata.name)?.metadata.annotations?.[MIGRATED_PLUGINS]?.split(',') ?? [];
  return plugins.some((plugin) => migratedDriver(plugin) === translated.spec.csi?.driver) ? translated : volume;
}

const storageOf = (claim: Claim) => parseQuantity(claim.spec.resources?.requests?.storage ?? '0');

/** The claims that are bound, smallest first, to volumes that are there, and the others. */
function matchVolumes(claims: readonly Claim[], { node, assumed }: Where): { bindings: PodVolumes['bindings']; left: Claim[] } {
  const bindings: Array<PodVolumes['bindings'][number]> = [];
  const left: Claim[] = [];
  const excluded = new Set<string>();
  const bySize = claims.length > 1 ? [...claims].sort((a, b) => storageOf(a).compare(storageOf(b))) : claims;
  for (const claim of bySize) {
    const volume = findMatchingVolume(claim, assumed.candidates(claim), { node, excluded, delayed: true });
    if (!volume) {
      left.push(claim);
      continue;
    }
    excluded.add(volume.metadata.name);
    bindings.push({ claim, volume: bindVolumeToClaim(volume, claim) });
  }
  return { bindings, left };
}

/** Whether a driver that publishes its capacity has enough for a claim on a node (hasEnoughCapacity). */
function hasSpace(claim: Claim, found: storagev1.StorageClass, { node, informers }: Where): boolean {
  if (informers.of(CSIDriver).get(found.provisioner)?.spec.storageCapacity !== true) return true;
  const wanted = storageOf(claim);
  return informers
    .of(CSIStorageCapacity)
    .list()
    .some(({ storageClassName, capacity, maximumVolumeSize, nodeTopology }) => {
      if (storageClassName !== found.metadata.name || capacity === undefined || nodeTopology === undefined) return false;
      const limit = parseQuantity(maximumVolumeSize ?? capacity);
      return limit.compare(wanted) >= 0 && labelSelectorAsSelector(nodeTopology).matches(node.metadata.labels);
    });
}

/** Why volumes cannot be provisioned for the claims. */
function provisionConflict(claims: readonly Claim[], where: Where): string | undefined {
  for (const claim of claims) {
    const found = where.informers.of(StorageClass).get(storageClassOf(claim));
    if (!found || found.provisioner === '' || found.provisioner === NO_PROVISIONER) return BIND_CONFLICT;
    if (!allowsNode(found, where.node)) return BIND_CONFLICT;
    if (!hasSpace(claim, found, where)) return NOT_ENOUGH_SPACE;
  }
  return undefined;
}

/** Which volumes a pod's claims get on a node (FindPodVolumes). */
export function findPodVolumes({ bound, waiting }: PodClaims, where: Where): Found {
  const { node, informers, assumed } = where;
  const reasons: string[] = [];
  const volumes = bound.map(({ spec }) => informers.of(PersistentVolume).get(spec.volumeName ?? ''));
  const gone = volumes.includes(undefined);
  if (!gone && volumes.some((volume) => volume && !volumeReachesNode(seenFrom(volume, where), node))) reasons.push(NODE_CONFLICT);
  const selected = waiting.map((claim) => ({ claim, node: assumed.selectedNode(claim) }));
  const elsewhere = selected.some((one) => one.node !== undefined && one.node !== node.metadata.name);
  const chosen = selected.filter((one) => one.node !== undefined).map(({ claim }) => claim);
  const { bindings, left } = elsewhere
    ? { bindings: [], left: [] }
    : matchVolumes(
        selected.filter((one) => one.node === undefined).map(({ claim }) => claim),
        where,
      );
  const provisions = [...chosen, ...left];
  const conflict = elsewhere ? BIND_CONFLICT : provisionConflict(provisions, where);
  if (conflict !== undefined) reasons.push(conflict);
  if (gone) reasons.push(VOLUME_GONE);
  return reasons.length > 0 ? { reasons } : { volumes: { bindings, provisions } };
}
