import type { corev1 } from '#api';
import { append, type FieldError, type FieldPath, getOwn, inclusiveRangeMessage, invalidValue, required } from '#apimachinery';
import { requireFields } from './paths.js';

const FORMS: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([0-9A-Za-z\-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[0-9A-Za-z]{16}$/,
  naa: /^naa.[0-9A-Za-z]{32}$/,
};

function validateInitiator(name: string, path: FieldPath, unknownText: string): FieldError[] {
  const form = getOwn(FORMS, name.slice(0, 3));
  if (!form) return [invalidValue(path, name, unknownText)];
  return form.test(name) ? [] : [invalidValue(path, name, 'must be valid format')];
}

/** Where an iSCSI volume is defined: in a pod, or in a PersistentVolume of that name (with slightly different rules). */
export interface IscsiContext {
  volumeName?: string;
}

/** An iSCSI volume (validateISCSIVolumeSource, validateISCSIPersistentVolumeSource). */
export function validateIscsi(
  source: corev1.ISCSIVolumeSource | corev1.ISCSIPersistentVolumeSource,
  path: FieldPath,
  { volumeName }: IscsiContext,
): FieldError[] {
  const { iqn, lun, initiatorName } = source;
  const errors = requireFields(source, path, 'targetPortal');
  if (volumeName !== undefined && initiatorName !== undefined && `${volumeName}:${source.targetPortal}`.length > 64) {
    const text = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
    errors.push(invalidValue(path.child('targetportal'), source.targetPortal, text));
  }
  const unknownText = volumeName === undefined ? 'must be valid format starting with iqn, eui, or naa' : 'must be valid format';
  if (!iqn) errors.push(required(path.child('iqn')));
  else append(errors, validateInitiator(iqn, path.child('iqn'), unknownText));
  if (lun < 0 || lun > 255) errors.push(invalidValue(path.child('lun'), lun, inclusiveRangeMessage(0, 255)));
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) errors.push(required(path.child('secretRef')));
  if (volumeName !== undefined && source.secretRef && !source.secretRef.name) errors.push(required(path.child('secretRef', 'name')));
  if (initiatorName !== undefined) append(errors, validateInitiator(initiatorName, path.child('initiatorname'), unknownText));
  return errors;
}
