import type { storagev1 } from '#api';
import {
  byteLength,
  type FieldError,
  fieldForbidden,
  inclusiveRangeMessage,
  invalidValue,
  isDNS1123Subdomain,
  required,
  tooLong,
} from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { keepSpec, keepStatus } from '../rules/prepare.js';
import { eachInvalid, immutable } from '../rules/text.js';
import { csiDriverName } from './csi-node.js';

const MAX_METADATA_BYTES = 256 * 1024;
const MAX_MESSAGE_BYTES = 1024;

function source(path: string, { persistentVolumeName, inlineVolumeSpec }: storagev1.VolumeAttachmentSource): FieldError[] {
  const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (!inlineVolumeSpec && persistentVolumeName === undefined) return [required(path, detail)];
  if (inlineVolumeSpec && persistentVolumeName !== undefined) return [fieldForbidden(path, detail)];
  if (persistentVolumeName === '') return [required(`${path}.persistentVolumeName`, 'must specify non empty persistentVolumeName')];
  return [];
}

function volumeError(path: string, error: storagev1.VolumeError | undefined): FieldError[] {
  if (!error) return [];
  const errors: FieldError[] = [];
  // The limit in the message is not the one applied, as upstream.
  if (byteLength(error.message ?? '') > MAX_MESSAGE_BYTES) errors.push(tooLong(`${path}.message`, '', MAX_METADATA_BYTES));
  if (error.errorCode !== undefined && error.errorCode < 0)
    errors.push(invalidValue(`${path}.errorCode`, error.errorCode, inclusiveRangeMessage(0, 2147483647)));
  return errors;
}

function status(
  path: string,
  { attachmentMetadata = {}, attachError, detachError }: Partial<storagev1.VolumeAttachmentStatus>,
): FieldError[] {
  const size = Object.entries(attachmentMetadata).reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  const errors = size > MAX_METADATA_BYTES ? [tooLong(`${path}.attachmentMetadata`, '', MAX_METADATA_BYTES)] : [];
  return [...errors, ...volumeError(`${path}.attachError`, attachError), ...volumeError(`${path}.detachError`, detachError)];
}

function validate(object: storagev1.VolumeAttachment): FieldError[] {
  const spec: Partial<storagev1.VolumeAttachmentSpec> = object.spec ?? {};
  const nodeName = spec.nodeName ?? '';
  const volume = spec.source?.persistentVolumeName;
  return [
    ...csiDriverName('spec.attacher', spec.attacher),
    ...source('spec.source', spec.source ?? {}),
    ...eachInvalid('spec.nodeName', nodeName, isDNS1123Subdomain(nodeName)),
    ...status('status', object.status ?? {}),
    ...(volume === undefined ? [] : eachInvalid('spec.source.persistentVolumeName', volume, isDNS1123Subdomain(volume))),
  ];
}

/** VolumeAttachment (registry/storage/volumeattachment). */
export const volumeAttachment = overNulls<storagev1.VolumeAttachment>({
  group: 'storage.k8s.io',
  resource: 'volumeattachments',
  returnsDeletedObject: true,
  unconditionalUpdate: false,
  prepareForCreate(object) {
    object.status = { attached: false };
  },
  prepareForUpdate: keepStatus,
  validate,
  validateUpdate: (object, old) => [...validate(object), ...immutable('spec', object.spec, old.spec)],
  subresources: {
    status: {
      prepareForUpdate: (object, old) => keepSpec(object, old, true),
      validateUpdate: (object, old) => [...validate(object), ...immutable('spec', object.spec, old.spec)],
    },
  },
  columns: [
    nameColumn,
    { name: 'Attacher', type: 'string', format: 'name', cell: ({ spec }) => spec.attacher },
    { name: 'PV', type: 'string', cell: ({ spec }) => spec.source.persistentVolumeName ?? '' },
    { name: 'Node', type: 'string', cell: ({ spec }) => spec.nodeName },
    { name: 'Attached', type: 'boolean', cell: ({ status: { attached } = { attached: false } }) => attached ?? false },
    ageColumn,
  ],
});
