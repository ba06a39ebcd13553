import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  goQuote,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
  parseQuantity,
  required,
  validateAnnotations,
  validateLabels,
} from '#apimachinery';
import { invalidName } from '../../checks.js';
import { validateClaimSpec } from '../../persistent-volume-claim/validate.js';
import { validateCSIVolume } from '../../volumes/csi.js';
import { validateIscsi } from '../../volumes/iscsi.js';
import { requireFields, validateDescendingPath, validateKeyToPath, validateMode } from '../../volumes/paths.js';
import * as plugins from '../../volumes/plugins.js';
import { validatePullPolicy } from './container.js';
import { validateDownwardAPI, validateProjected } from './projected.js';

type Volume = corev1.Volume;

/** The pod of a volume: its name is part of the names of generated claims; templates have none. */
interface Owner {
  name: string | undefined;
  isPod: boolean;
}

interface Source {
  field: keyof Volume & string;
  /** The names in upstream's paths that differ from the field's. */
  path?: string;
  forbidden?: string;
  validate(volume: Volume, path: FieldPath, owner: Owner): FieldError[];
}

function source<K extends keyof Volume & string>(
  field: K,
  rule: (value: NonNullable<Volume[K]>, path: FieldPath, owner: Owner) => FieldError[],
  names: { path?: string; forbidden?: string } = {},
): Source {
  return { field, ...names, validate: (volume, path, owner) => rule(volume[field] as NonNullable<Volume[K]>, path, owner) };
}

function validateEmptyDir({ sizeLimit }: corev1.EmptyDirVolumeSource, path: FieldPath): FieldError[] {
  const negative = sizeLimit !== undefined && parseQuantity(sizeLimit).sign < 0;
  return negative ? [fieldForbidden(path.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity')] : [];
}

/** The keys of a secret or config map as files (validateSecretVolumeSource, validateConfigMapVolumeSource). */
function validateKeys(value: { defaultMode?: number; items?: corev1.KeyToPath[] }, path: FieldPath): FieldError[] {
  return [
    ...validateMode(value.defaultMode, path.child('defaultMode')),
    ...(value.items ?? []).flatMap((item, index) => validateKeyToPath(item, path.child('items').index(index))),
  ];
}

/** Metadata of a claim's template: only labels and annotations (ValidateTemplateObjectMeta). */
function validateTemplateMeta(metadata: object | undefined, path: FieldPath): FieldError[] {
  const { labels, annotations, ...others } = (metadata ?? {}) as { labels?: Record<string, string>; annotations?: Record<string, string> };
  return [
    ...validateAnnotations(annotations, path.child('annotations')),
    ...validateLabels(labels, path.child('labels')),
    ...Object.entries(others)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([field]) => fieldForbidden(path.child(field), 'cannot be set')),
  ];
}

function validateEphemeral({ volumeClaimTemplate: template }: corev1.EphemeralVolumeSource, path: FieldPath): FieldError[] {
  const at = path.child('volumeClaimTemplate');
  if (!template) return [required(at)];
  return [...validateTemplateMeta(template.metadata, at.child('metadata')), ...validateClaimSpec(template.spec, at.child('spec'))];
}

function validateImage({ reference, pullPolicy }: corev1.ImageVolumeSource, path: FieldPath, { isPod }: Owner): FieldError[] {
  const errors = isPod && !reference ? [required(path.child('reference'))] : [];
  return [...errors, ...validatePullPolicy(pullPolicy, path.child('pullPolicy'))];
}

/** In upstream's order: the first source counts, further ones are errors. */
const SOURCES: readonly Source[] = [
  source('emptyDir', validateEmptyDir),
  source('hostPath', plugins.validateHostPath),
  source('gitRepo', (value, path) => [
    ...requireFields(value, path, 'repository'),
    ...validateDescendingPath(value.directory ?? '', path.child('directory')),
  ]),
  source('gcePersistentDisk', plugins.validateGCEDisk, { path: 'persistentDisk' }),
  source('awsElasticBlockStore', plugins.validateAWSDisk),
  source('secret', (value, path) => [...requireFields(value, path, 'secretName'), ...validateKeys(value, path)]),
  source('nfs', plugins.validateNFS),
  source('iscsi', (value, path) => validateIscsi(value, path, {})),
  source('glusterfs', (value, path) => requireFields(value, path, 'endpoints', 'path')),
  source('flocker', plugins.validateFlocker),
  source('persistentVolumeClaim', (value, path) => requireFields(value, path, 'claimName')),
  source('rbd', (value, path) => requireFields(value, path, 'monitors', 'image')),
  source('cinder', (value, path) => [
    ...requireFields(value, path, 'volumeID'),
    ...plugins.validateSecretReference(value.secretRef, path, false),
  ]),
  source('cephfs', (value, path) => requireFields(value, path, 'monitors'), { forbidden: 'cephFS' }),
  source('quobyte', plugins.validateQuobyte),
  source('downwardAPI', validateDownwardAPI, { forbidden: 'downwarAPI' }),
  source('fc', plugins.validateFC),
  source('flexVolume', plugins.validateFlex),
  source('configMap', (value, path) => [...requireFields(value, path, 'name'), ...validateKeys(value, path)]),
  source('azureFile', (value, path) => requireFields(value, path, 'secretName', 'shareName')),
  source('vsphereVolume', (value, path) => requireFields(value, path, 'volumePath')),
  source('photonPersistentDisk', (value, path) => requireFields(value, path, 'pdID')),
  source('portworxVolume', (value, path) => requireFields(value, path, 'volumeID')),
  source('azureDisk', plugins.validateAzureDisk),
  source('storageos', (value, path) => plugins.validateStorageOS(value, path, false)),
  source('projected', validateProjected),
  source('scaleIO', (value, path) => requireFields(value, path, 'gateway', 'system', 'volumeName')),
  source('csi', validateCSIVolume),
  source('ephemeral', validateEphemeral),
  source('image', validateImage),
];
const byField = new Map(SOURCES.map((each, index) => [each.field as string, { ...each, index }]));

const ISCSI_TEXT = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';

/** Rules that involve the volume's name and its source. */
function validateNamed(volume: Volume, path: FieldPath, { name: pod }: Owner): FieldError[] {
  const { name = '', iscsi, ephemeral } = volume;
  if (iscsi?.initiatorName !== undefined && `${name}:${iscsi.targetPortal ?? ''}`.length > 64) {
    return [invalidValue(path.child('name'), name, ISCSI_TEXT)];
  }
  if (!ephemeral || !pod || !name) return [];
  const claim = `${pod}-${name}`;
  return isDNS1123Subdomain(claim).map((message) => invalidValue(path.child('name'), name, `PVC name ${goQuote(claim)}: ${message}`));
}

/** Exactly one source (validateVolumeSource). */
function validateSource(volume: Volume, path: FieldPath, owner: Owner): FieldError[] {
  const given = Object.keys(volume).flatMap((field) => (volume[field as keyof Volume] === undefined ? [] : (byField.get(field) ?? [])));
  if (given.length === 0) return [required(path, 'must specify a volume type')];
  if (given.length > 1) given.sort((a, b) => a.index - b.index);
  const errors: FieldError[] = [];
  for (const [index, each] of given.entries()) {
    if (index > 0) errors.push(fieldForbidden(path.child(each.forbidden ?? each.field), 'may not specify more than 1 volume type'));
    else append(errors, each.validate(volume, path.child(each.path ?? each.field), owner));
    if (each.field === 'iscsi' || (each.field === 'ephemeral' && index === 0)) append(errors, validateNamed(volume, path, owner));
  }
  return errors;
}

/** The volumes of a pod; also returns the valid ones (ValidateVolumes). */
export function validateVolumes(
  volumes: readonly Volume[],
  path: FieldPath,
  owner: Owner,
): { valid: Map<string, Volume>; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const valid = new Map<string, Volume>();
  const claims = new Set(owner.name ? volumes.filter(({ ephemeral }) => ephemeral).map(({ name }) => `${owner.name}-${name}`) : []);
  for (const [index, volume] of volumes.entries()) {
    const at = path.index(index);
    const { name = '' } = volume;
    const found = validateSource(volume, at, owner);
    if (!name) found.push(required(at.child('name')));
    else append(found, invalidName(at.child('name'), name, isDNS1123Label(name)));
    if (valid.has(name)) found.push(duplicate(at.child('name'), name));
    if (found.length === 0) valid.set(name, volume);
    else append(errors, found);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim && claims.has(claim)) {
      const text = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(invalidValue(at.child('persistentVolumeClaim', 'claimName'), claim, text));
    }
  }
  return { valid, errors };
}
