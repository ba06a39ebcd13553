import type { resourcev1 } from '#api';
import { type FieldError, invalidValue, isValidLabelValue, notSupported, required } from '#apimachinery';
import { eachInvalid, qualifiedName } from '../rules/text.js';

const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];
const OPERATORS = ['Equal', 'Exists'];

const labelValue = (path: string, value: string): FieldError[] => eachInvalid(path, value, isValidLabelValue(value));

/** A taint of a device (resource/validation validateDeviceTaint). */
export function deviceTaintErrors(path: string, { key = '', value = '', effect = '' }: Partial<resourcev1.DeviceTaint>): FieldError[] {
  const errors = [...qualifiedName(`${path}.key`, key), ...labelValue(`${path}.value`, value)];
  if (effect === '') return [...errors, required(`${path}.effect`)];
  return EFFECTS.includes(effect) ? errors : [...errors, notSupported(`${path}.effect`, effect, EFFECTS)];
}

/** A toleration of devices' taints (validateDeviceToleration). */
export function deviceTolerationErrors(path: string, toleration: resourcev1.DeviceToleration): FieldError[] {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  const errors = key === '' ? [] : qualifiedName(`${path}.key`, key);
  if (operator === 'Exists' && value !== '') errors.push(invalidValue(`${path}.value`, value, 'must be empty for operator `Exists`'));
  if (operator === 'Equal') errors.push(...labelValue(`${path}.value`, value));
  if (operator === '') errors.push(required(`${path}.operator`));
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(`${path}.operator`, operator, OPERATORS));
  if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, EFFECTS));
  return errors;
}
