import type { corev1, storagev1 } from '#api';
import { labelSelectorAsSelector, parseQuantity, type Quantity } from '#apimachinery';
import { nodeSelectorMatcher } from '../node-affinity.js';
import { BOUND_BY_CONTROLLER } from './annotations.js';
import { storageClassOf } from './claims.js';

/** Which volume suits which claim (component-helpers/storage/volume/pv_helpers.go). */

type Claim = corev1.PersistentVolumeClaim;
type Volume = corev1.PersistentVolume;

const sizes = new WeakMap<object, Quantity>();

/** The storage in a list of resources, parsed once for as long as the list exists. */
function storageOf(amounts: Readonly<Record<string, string>> | undefined): Quantity {
  if (amounts === undefined) return parseQuantity('0');
  const known = sizes.get(amounts) ?? parseQuantity(amounts.storage ?? '0');
  sizes.set(amounts, known);
  return known;
}

/** Whether the volume refers to this claim: a reference without uid is one that a user made beforehand (IsVolumeBoundToClaim). */
export function isVolumeBoundToClaim({ spec: { claimRef } }: Volume, { metadata }: Claim): boolean {
  if (claimRef?.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false;
  return !claimRef.uid || claimRef.uid === metadata.uid;
}

/** The volume with a reference to the claim; the same object if it has one already (GetBindVolumeToClaim). */
export function bindVolumeToClaim(volume: Volume, claim: Claim): Volume {
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const theirs = isVolumeBoundToClaim(volume, claim);
  const { claimRef } = volume.spec;
  const marked = theirs || volume.metadata.annotations?.[BOUND_BY_CONTROLLER] !== undefined;
  const refers = claimRef?.name === name && claimRef.namespace === namespace && claimRef.uid === uid;
  if (refers && marked) return volume;
  const annotations = marked ? volume.metadata.annotations : { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
  const reference = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion };
  return {
    ...volume,
    metadata: { ...volume.metadata, ...(annotations === undefined ? {} : { annotations }) },
    spec: { ...volume.spec, ...(refers ? {} : { claimRef: reference }) },
  };
}

/** Whether a volume can be used on a node (CheckNodeAffinity). */
export function volumeReachesNode({ spec }: Volume, node: Pick<corev1.Node, 'metadata'>): boolean {
  const required = spec.nodeAffinity?.required;
  // Volumes are matched by labels only: a field, such as the name, matches no node.
  return required === undefined || nodeSelectorMatcher(required)({ metadata: { name: '', labels: node.metadata.labels } });
}

const modeOf = ({ spec }: Claim | Volume): string => spec.volumeMode ?? 'Filesystem';

/** Whether the volume is a file system where the claim wants a device, or the other way round. */
export function differInVolumeMode(claim: Claim, volume: Volume): boolean {
  return modeOf(claim) !== modeOf(volume);
}

const offersModes = (claim: Claim, volume: Volume): boolean =>
  (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode));

const attributesOf = ({ spec }: Claim | Volume): string => spec.volumeAttributesClassName ?? '';

const isTooSmall = (volume: Volume, claim: Claim): boolean =>
  storageOf(volume.spec.capacity).compare(storageOf(claim.spec.resources?.requests)) < 0;

/** Why a volume that the claim names cannot be bound to it (checkVolumeSatisfyClaim). */
export function volumeMismatch(volume: Volume, claim: Claim): string | undefined {
  if (volume.metadata.deletionTimestamp !== undefined) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (isTooSmall(volume, claim)) return 'requested PV is too small';
  if (storageClassOf(volume) !== storageClassOf(claim)) return 'storageClassName does not match';
  if (attributesOf(volume) !== attributesOf(claim)) return 'volumeAttributesClassName does not match';
  if (differInVolumeMode(claim, volume)) return 'incompatible volumeMode';
  return offersModes(claim, volume) ? undefined : 'incompatible accessMode';
}

/** What a volume is looked for with. */
export interface MatchOptions {
  /** The node that the claim's consumer is to run on; unset for claims that are bound immediately. */
  node?: Pick<corev1.Node, 'metadata'>;
  /** Names of volumes that other claims of the same pod will take. */
  excluded?: ReadonlySet<string>;
  /** The claim waits for its first consumer: without a node, only a volume bound to it beforehand matches. */
  delayed?: boolean;
}

const fitsAtAll = (volume: Volume, claim: Claim): boolean =>
  (volume.spec.claimRef === undefined || isVolumeBoundToClaim(volume, claim)) &&
  !isTooSmall(volume, claim) &&
  !differInVolumeMode(claim, volume) &&
  attributesOf(volume) === attributesOf(claim) &&
  volume.metadata.deletionTimestamp === undefined;

/** The smallest volume that suits a claim, or the one that is bound to it beforehand (FindMatchingVolume). */
export function findMatchingVolume(claim: Claim, volumes: readonly Volume[], options: MatchOptions = {}): Volume | undefined {
  const { node, excluded, delayed = false } = options;
  const selector = claim.spec.selector && labelSelectorAsSelector(claim.spec.selector);
  let smallest: Volume | undefined;
  for (const volume of volumes) {
    if (excluded?.has(volume.metadata.name) || !fitsAtAll(volume, claim)) continue;
    const reached = node === undefined || volumeReachesNode(volume, node);
    if (isVolumeBoundToClaim(volume, claim)) return reached ? volume : undefined;
    if (node === undefined && delayed) continue;
    if (volume.status?.phase !== 'Available' || !reached) continue;
    if (selector && !selector.matches(volume.metadata.labels)) continue;
    if (storageClassOf(volume) !== storageClassOf(claim) || !offersModes(claim, volume)) continue;
    if (smallest === undefined || storageOf(smallest.spec.capacity).compare(storageOf(volume.spec.capacity)) > 0) smallest = volume;
  }
  return smallest;
}

/**
 * The same among volumes of any access modes: those with the fewest modes are taken first, so that a claim does not take more than it needs
 * (persistentVolumeOrderedIndex.findByClaim).
 */
export function findBestVolume(claim: Claim, volumes: readonly Volume[], options: MatchOptions = {}): Volume | undefined {
  const byModes = new Map<string, Volume[]>();
  for (const volume of volumes) {
    if (!offersModes(claim, volume)) continue;
    const modes = [...(volume.spec.accessModes ?? [])].sort();
    const key = `${modes.length} ${modes.join(',')}`;
    const group = byModes.get(key);
    if (group) group.push(volume);
    else byModes.set(key, [volume]);
  }
  for (const key of [...byModes.keys()].sort()) {
    const found = findMatchingVolume(claim, byModes.get(key) ?? [], options);
    if (found) return found;
  }
  return undefined;
}

/** Whether a class allows a node: one of its terms does (MatchTopologySelectorTerms). */
export function allowsNode({ allowedTopologies = [] }: storagev1.StorageClass, { metadata }: Pick<corev1.Node, 'metadata'>): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) => {
    const matches = matchLabelExpressions.every(({ key, values }) => values.includes(metadata.labels?.[key] ?? ''));
    return matches && matchLabelExpressions.length > 0;
  });
}
