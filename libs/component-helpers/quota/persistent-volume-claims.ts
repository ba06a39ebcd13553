import type { corev1 } from '#api';
import { parseQuantity, Quantity } from '#apimachinery';
import { objectCountName, type QuotaEvaluator, type ScopeRequirement, satisfiesOperator } from './evaluator.js';

type Claim = corev1.PersistentVolumeClaim;

const COUNT = objectCountName('', 'persistentvolumeclaims');
const CLAIMS = 'persistentvolumeclaims';
const STORAGE = 'requests.storage';
/** Between the name of a StorageClass and a resource: `gold.storageclass.storage.k8s.io/requests.storage`. */
const OF_CLASS = '.storageclass.storage.k8s.io/';
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** Storage is counted in whole bytes. */
const wholeBytes = (amount: Quantity): Quantity => {
  const rounded = Quantity.of(amount.value(), amount.format);
  return rounded.equals(amount) ? amount : rounded;
};

/** What the claim asks for, or what it was allocated if that is more. */
function storageOf({ spec, status }: Claim): Quantity | undefined {
  const requested = spec?.resources?.requests?.storage;
  if (requested === undefined) return undefined;
  const asked = wholeBytes(parseQuantity(requested));
  const allocated = status?.allocatedResources?.storage;
  if (allocated === undefined) return asked;
  const has = parseQuantity(allocated);
  return has.compare(asked) > 0 ? wholeBytes(has) : asked;
}

/** The VolumeAttributesClasses that a claim has, wants or is getting. */
export function attributesClasses({ spec, status }: Claim): Set<string> {
  const names = [spec?.volumeAttributesClassName, status?.currentVolumeAttributesClassName];
  const modifying = status?.modifyVolumeStatus?.targetVolumeAttributesClassName;
  return new Set([...names, modifying].flatMap((name) => (name ? [name] : [])));
}

function inScope(requirement: ScopeRequirement, claim: Claim): boolean {
  if (requirement.scopeName !== 'VolumeAttributesClass') return false;
  const names = [...attributesClasses(claim)];
  return names.length === 0 ? satisfiesOperator(requirement, undefined) : names.some((name) => satisfiesOperator(requirement, name));
}

/** PersistentVolumeClaims (pkg/quota/v1/evaluator/core/persistent_volume_claims.go). */
export const claimQuota: QuotaEvaluator<Claim> = {
  group: '',
  resource: 'persistentvolumeclaims',
  matching: (names) =>
    names.filter((name) =>
      [COUNT, CLAIMS, STORAGE].some((known) => name === known || (known !== COUNT && name.endsWith(`${OF_CLASS}${known}`))),
    ),
  inScope,
  usage(claim) {
    const className = claim.metadata.annotations?.[BETA_CLASS] ?? claim.spec?.storageClassName ?? '';
    const usage = new Map([
      [CLAIMS, Quantity.of(1)],
      [COUNT, Quantity.of(1)],
    ]);
    if (className !== '') usage.set(`${className}${OF_CLASS}${CLAIMS}`, Quantity.of(1));
    const storage = storageOf(claim);
    if (storage === undefined) return usage;
    usage.set(STORAGE, storage);
    return className === '' ? usage : usage.set(`${className}${OF_CLASS}${STORAGE}`, storage);
  },
};
