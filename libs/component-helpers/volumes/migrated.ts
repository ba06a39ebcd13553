import type { corev1 } from '#api';

type Volume = corev1.PersistentVolume;
type CSI = corev1.CSIPersistentVolumeSource;
/** The sources of volumes whose plugins have been replaced by CSI drivers. */
type Sources = Pick<corev1.PersistentVolumeSpec & corev1.Volume, 'awsElasticBlockStore' | 'azureDisk' | 'gcePersistentDisk'> &
  Pick<corev1.Volume, 'portworxVolume' | 'vsphereVolume'> & {
    azureFile?: corev1.AzureFilePersistentVolumeSource;
    cinder?: Omit<corev1.CinderVolumeSource, 'secretRef'>;
  };

/** The CSI drivers that have replaced volume plugins of the tree (csi-translation-lib). */
const DRIVERS: ReadonlyMap<string, string> = new Map([
  ['kubernetes.io/aws-ebs', 'ebs.csi.aws.com'],
  ['kubernetes.io/azure-disk', 'disk.csi.azure.com'],
  ['kubernetes.io/azure-file', 'file.csi.azure.com'],
  ['kubernetes.io/cinder', 'cinder.csi.openstack.org'],
  ['kubernetes.io/gce-pd', 'pd.csi.storage.gke.io'],
  ['kubernetes.io/portworx-volume', 'pxd.portworx.com'],
  ['kubernetes.io/vsphere-volume', 'csi.vsphere.vmware.com'],
]);

/** The CSI driver that has replaced a volume plugin of the tree; undefined: there is none. */
export const migratedDriver = (plugin: string): string | undefined => DRIVERS.get(plugin);

/** What a translation depends on besides the source itself. */
interface Context {
  /** Of the volume. */
  name: string;
  /** Of its pod or claim. */
  namespace: string | undefined;
  /** The zones in its labels. */
  zones: readonly string[];
  resourceGroup: string;
}

const trimmed = (id: string): string => id.replace(/^\/+|\/+$/g, '');

/** `aws://us-east-1a/vol-1` or `vol-1` (KubernetesVolumeIDToEBSVolumeID). */
function awsHandle(id: string): string | undefined {
  if (!id.startsWith('aws://')) return id;
  const handle = URL.canParse(id) ? trimmed(new URL(id).pathname) : '';
  return /^vol-[^/]*$/.test(handle) ? handle : undefined;
}

/** A disk of a zone, or of the region of several (TranslateInTreePVToCSI of gce_pd.go). */
function gceHandle(disk: string, zones: readonly string[]): string | undefined {
  const place = (of: string) => `projects/UNSPECIFIED/${of}/disks/${disk}`;
  if (zones.length < 2) return place(`zones/${zones[0] ?? 'UNSPECIFIED'}`);
  const regions = new Set(zones.map((zone) => /^([^-]*-[^-]*)-[^-]*$/.exec(zone)?.[1]));
  const [region] = regions;
  return regions.size === 1 && region !== undefined ? place(`regions/${region}`) : undefined;
}

function azureFileHandle({ secretName, shareName, secretNamespace }: corev1.AzureFilePersistentVolumeSource, context: Context) {
  const namespace = secretNamespace ?? context.namespace;
  const account = /azure-storage-account-(.+)-secret/.exec(secretName)?.[1] ?? secretName;
  return namespace ? `${context.resourceGroup}#${account}#${shareName}#${context.name}#${namespace}` : undefined;
}

type Attributes = Readonly<Record<string, string | undefined>>;

function csiSource(
  driver: string,
  volumeHandle: string | undefined,
  { fsType, readOnly }: { fsType?: string; readOnly?: boolean },
  attributes: Attributes = {},
): CSI | undefined {
  if (volumeHandle === undefined) return undefined;
  const named = Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    ...{ driver, volumeHandle },
    ...(readOnly ? { readOnly } : {}),
    ...(fsType ? { fsType } : {}),
    ...(named.length > 0 ? { volumeAttributes: Object.fromEntries(named) } : {}),
  };
}

/** The source as its driver gets it (TranslateInTreePVToCSI of each plugin); undefined if there is none, or if it cannot be translated. */
function translated(sources: Sources, context: Context): CSI | undefined {
  const {
    awsElasticBlockStore: aws,
    azureDisk,
    azureFile,
    cinder,
    gcePersistentDisk: gce,
    portworxVolume: px,
    vsphereVolume: vs,
  } = sources;
  if (aws) return csiSource('ebs.csi.aws.com', awsHandle(aws.volumeID), aws, { partition: String(aws.partition ?? 0) });
  if (azureDisk) {
    const { kind = 'Managed', diskURI, cachingMode: cachingmode, fsType: fstype } = azureDisk;
    const handle = kind.toLowerCase() === 'managed' ? diskURI : undefined;
    return csiSource('disk.csi.azure.com', handle, azureDisk, { cachingmode, fstype, kind: 'Managed' });
  }
  if (azureFile) return csiSource('file.csi.azure.com', azureFileHandle(azureFile, context), azureFile, { sharename: azureFile.shareName });
  if (cinder) return csiSource('cinder.csi.openstack.org', cinder.volumeID, cinder);
  if (gce) return csiSource('pd.csi.storage.gke.io', gceHandle(gce.pdName, context.zones), gce, { partition: String(gce.partition || '') });
  if (px) return csiSource('pxd.portworx.com', px.volumeID, px);
  return vs && csiSource('csi.vsphere.vmware.com', vs.volumePath, vs, { storagepolicyname: vs.storagePolicyName });
}

const SOURCES = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cinder',
  'gcePersistentDisk',
  'portworxVolume',
  'vsphereVolume',
] as const satisfies ReadonlyArray<keyof Sources>;

const MIGRATED: ReadonlySet<string> = new Set(SOURCES);

/** Whether there is a source of a plugin that a driver has replaced. Every volume of every pod is asked about, and has few members. */
function isMigrated(sources: object): boolean {
  for (const name in sources) if (MIGRATED.has(name) && (sources as Record<string, unknown>)[name] !== undefined) return true;
  return false;
}

const zonesOf = ({ labels = {} }: Volume['metadata']): string[] =>
  (labels['failure-domain.beta.kubernetes.io/zone'] || labels['topology.kubernetes.io/zone'] || '')
    .split('__')
    .filter((zone) => zone !== '');

/** Google's disks were mounted where they could not be shared (backwardCompatibleAccessModes). */
const gceModes = (modes: readonly string[]): string[] => [
  modes.every((mode) => mode === 'ReadOnlyMany') && modes.length > 0 ? 'ReadOnlyMany' : 'ReadWriteOnce',
];

const known = new WeakMap<Volume, Volume>();

/** The keys under which drivers know zones, by the source whose topologies are translated. */
const ZONE_KEYS = {
  awsElasticBlockStore: 'topology.ebs.csi.aws.com/zone',
  cinder: 'topology.cinder.csi.openstack.org/zone',
  gcePersistentDisk: 'topology.gke.io/zone',
} as const;

const [ZONE, BETA_ZONE] = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'];
const [REGION, BETA_REGION] = ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'];

type Terms = readonly corev1.NodeSelectorTerm[];

const renamed = (terms: Terms, from: string, to: string): corev1.NodeSelectorTerm[] =>
  terms.map((term) => ({
    ...term,
    ...(term.matchExpressions && { matchExpressions: term.matchExpressions.map((one) => (one.key === from ? { ...one, key: to } : one)) }),
  }));

const named = (terms: Terms, key: string): boolean =>
  terms.some(({ matchExpressions = [] }) => matchExpressions.some((one) => one.key === key));

/** Where a volume is, in its driver's words; its affinity goes before its labels (translateTopologyFromInTreeToCSI). */
function translatedTerms({ spec, metadata: { labels = {} } }: Volume, key: string): Terms {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const isBeta = named(terms, ZONE) ? false : named(terms, BETA_ZONE) || (labels[ZONE] === undefined && labels[BETA_ZONE] !== undefined);
  const zone = isBeta ? BETA_ZONE : ZONE;
  const values = [...new Set((labels[zone] ?? '').split('__').map((one) => one.trim()))].filter((one) => one !== '').sort();
  const expression = { key, operator: 'In', values };
  const added = (term: corev1.NodeSelectorTerm) => ({ ...term, matchExpressions: [...(term.matchExpressions ?? []), expression] });
  const placed = named(terms, zone) ? renamed(terms, zone, key) : values.length > 0 ? (terms.length > 0 ? terms : [{}]).map(added) : terms;
  return isBeta ? renamed(placed, BETA_REGION, REGION) : placed;
}

function translatedAffinity(volume: Volume): Pick<Volume['spec'], 'nodeAffinity'> {
  for (const [source, key] of Object.entries(ZONE_KEYS)) {
    if (volume.spec[source as keyof typeof ZONE_KEYS] === undefined) continue;
    const terms = translatedTerms(volume, key);
    return terms.length === 0 ? {} : { nodeAffinity: { required: { nodeSelectorTerms: [...terms] } } };
  }
  return {};
}

/** A volume as its CSI driver gets it; the same object if no driver has replaced its plugin. */
export function asCSI(volume: Volume): Volume {
  const { spec, metadata } = volume;
  if (spec.csi || !isMigrated(spec)) return volume;
  const done = known.get(volume);
  if (done) return done;
  const csi = translated(spec, {
    ...{ name: metadata.name, namespace: spec.claimRef?.namespace, zones: zonesOf(metadata) },
    resourceGroup: metadata.annotations?.['kubernetes.io/azure-file-resource-group'] ?? '',
  });
  const rest: Record<string, unknown> = { ...spec };
  for (const source of SOURCES) delete rest[source];
  if (spec.gcePersistentDisk) rest.accessModes = gceModes(spec.accessModes ?? []);
  const result = csi ? ({ ...volume, spec: { ...rest, csi, ...translatedAffinity(volume) } } as Volume) : volume;
  known.set(volume, result);
  return result;
}

/** The prefix of the name of a translated volume that is not in the API; of the others the name is the handle. */
const isNamedByHandle = (driver: string): boolean => driver === 'disk.csi.azure.com' || driver === 'file.csi.azure.com';

const inline = new WeakMap<corev1.Volume, Volume | null>();

/** A volume in the spec of a pod as the CSI driver gets it that has replaced its plugin; undefined for others. */
export function inlineAsCSI(volume: corev1.Volume, namespace: string | undefined): Volume | undefined {
  if (!isMigrated(volume)) return undefined;
  const done = inline.get(volume);
  if (done !== undefined) return done ?? undefined;
  const csi = translated(volume, { name: volume.name, namespace: namespace ?? 'default', zones: [], resourceGroup: '' });
  const made = csi && inlineVolume(volume, csi);
  inline.set(volume, made ?? null);
  return made;
}

function inlineVolume({ azureFile, gcePersistentDisk, portworxVolume }: corev1.Volume, csi: CSI): Volume {
  const shared = gcePersistentDisk?.readOnly || portworxVolume?.readOnly ? 'ReadOnlyMany' : 'ReadWriteOnce';
  const id = gcePersistentDisk?.pdName ?? csi.volumeHandle;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: isNamedByHandle(csi.driver) ? csi.volumeHandle : `${csi.driver}-${id}` },
    spec: { csi, accessModes: [azureFile ? 'ReadWriteMany' : shared], volumeMode: 'Filesystem' },
  };
}

/** Whether a pod has volumes that may have to be attached: claims, or volumes in its spec whose plugins drivers have replaced. */
export const usesVolumes = ({ spec }: corev1.Pod): boolean =>
  (spec?.volumes ?? []).some((one) => (one.persistentVolumeClaim ?? one.ephemeral) !== undefined || isMigrated(one));
