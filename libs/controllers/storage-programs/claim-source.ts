import type { corev1, storagev1 } from '#api';
import type { DriverFlags } from '#component-helpers';
import { unknownParameters } from './plan-modify.js';
import { rpcError } from './rpc-error.js';

type Claim = corev1.PersistentVolumeClaim;

const SNAPSHOTS = 'snapshot.storage.k8s.io';
const OWN_KINDS: readonly string[] = ['VolumeSnapshot', 'PersistentVolumeClaim'];

const sourceOf = ({ spec }: Claim): corev1.TypedObjectReference | undefined => spec.dataSource ?? spec.dataSourceRef;

/** Whether a volume populator makes the claim's volume: its source is neither a snapshot nor a claim (external-provisioner prepareProvision). Pure. */
export function isPopulated(claim: Claim): boolean {
  const source = sourceOf(claim);
  return source !== undefined && !OWN_KINDS.includes(source.kind);
}

const lacks = (what: string, capability: string): string =>
  `CSI driver does not support ${what}: controller ${capability} capability is not reported`;

/**
 * Why a claim's volume cannot be made from its source: the drivers here neither restore snapshots nor clone volumes (external-provisioner
 * prepareProvision, checkDriverCapabilities). Pure.
 */
export function sourceTrouble(claim: Claim): string | undefined {
  const { kind, apiGroup = '' } = sourceOf(claim) ?? {};
  if (kind === 'PersistentVolumeClaim') return lacks('clone operations', 'CLONE_VOLUME');
  if (kind !== 'VolumeSnapshot') return undefined;
  if (apiGroup !== SNAPSHOTS) return `the PVC source does not belong to the right APIGroup. Expected ${SNAPSHOTS}, Got ${apiGroup}`;
  return lacks('snapshot restore', 'CREATE_DELETE_SNAPSHOT');
}

/** A driver, as far as attributes classes concern it. */
type Modifying = Pick<DriverFlags, 'modifies' | 'mutableParameters'> & { name: string };

/**
 * Why a driver makes no volume with the attributes class that a claim names (external-provisioner prepareProvision, csi-driver-host-path
 * CreateVolume). `attributes`: the class, if there is one. Pure.
 */
export function attributesTrouble(
  { spec }: Claim,
  attributes: storagev1.VolumeAttributesClass | undefined,
  { name, modifies, mutableParameters }: Modifying,
): string | undefined {
  const wanted = spec.volumeAttributesClassName ?? '';
  if (wanted === '') return undefined;
  if (!modifies) return lacks('VolumeAttributesClass', 'MODIFY_VOLUME');
  if (attributes === undefined) return `volumeattributesclasses.storage.k8s.io ${JSON.stringify(wanted)} not found`;
  const { driverName, parameters = {} } = attributes;
  if (driverName !== name) return `VAC ${wanted} referenced in PVC is for driver ${driverName} which does not match driver name ${name}`;
  const unknown = unknownParameters(parameters, mutableParameters);
  return unknown.length > 0 ? rpcError('InvalidArgument', `invalid parameters: [${unknown.join(' ')}]`) : undefined;
}
