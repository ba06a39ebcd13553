import type { corev1 } from '#api';
import {
  append,
  type FieldError,
  type FieldPath,
  invalidValue,
  isConfigMapKey,
  isDNS1123Label,
  isDNS1123Subdomain,
  isRelaxedEnvVarName,
  nameIsDNSSubdomain,
  required,
} from '#apimachinery';
import { invalidName } from '../../checks.js';
import { validateNoBacksteps } from '../../volumes/paths.js';
import { ENV_FIELDS, validateFieldRef, validateResourceRef } from './field-refs.js';

function requiredName(value: string | undefined, path: FieldPath, rule: (value: string) => string[]): FieldError[] {
  return value ? invalidName(path, value, rule(value)) : [required(path)];
}

/** A key of a secret or config map (validateSecretKeySelector, validateConfigMapKeySelector). */
function validateKeyRef(ref: { name?: string; key: string }, path: FieldPath): FieldError[] {
  const name = ref.name ?? '';
  return [...invalidName(path.child('name'), name, isDNS1123Subdomain(name)), ...requiredName(ref.key, path.child('key'), isConfigMapKey)];
}

function validateFileKeyRef(ref: corev1.FileKeySelector, path: FieldPath): FieldError[] {
  return [
    ...requiredName(ref.key, path.child('key'), isRelaxedEnvVarName),
    ...requiredName(ref.volumeName, path.child('volumeName'), isDNS1123Label),
    ...(ref.path ? validateNoBacksteps(ref.path, path.child('path')) : [required(path.child('path'))]),
  ];
}

const ONE_OF = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

function validateValueFrom(variable: corev1.EnvVar, from: corev1.EnvVarSource, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let sources = 0;
  const source = (found: readonly FieldError[]): void => {
    sources += 1;
    append(errors, found);
  };
  if (from.fieldRef) source(validateFieldRef(from.fieldRef, ENV_FIELDS, path.child('fieldRef')));
  if (from.resourceFieldRef) source(validateResourceRef(from.resourceFieldRef, path.child('resourceFieldRef'), false));
  if (from.configMapKeyRef) source(validateKeyRef(from.configMapKeyRef, path.child('configMapKeyRef')));
  if (from.secretKeyRef) source(validateKeyRef(from.secretKeyRef, path.child('secretKeyRef')));
  if (from.fileKeyRef) source(validateFileKeyRef(from.fileKeyRef, path.child('fileKeyRef')));
  if (sources === 0) errors.push(invalidValue(path, '', ONE_OF));
  else if (variable.value) errors.push(invalidValue(path, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  return errors;
}

/** A container's environment (ValidateEnv). */
export function validateEnv(env: readonly corev1.EnvVar[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, variable] of env.entries()) {
    const { name, valueFrom } = variable;
    if (!name) errors.push(required(path.index(index).child('name')));
    else {
      const messages = isRelaxedEnvVarName(name);
      if (messages.length > 0) append(errors, invalidName(path.index(index).child('name'), name, messages));
    }
    if (valueFrom) append(errors, validateValueFrom(variable, valueFrom, path.index(index).child('valueFrom')));
  }
  return errors;
}

/** Secrets and config maps as sources of a container's environment (ValidateEnvFrom). */
export function validateEnvFrom(sources: readonly corev1.EnvFromSource[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, source] of sources.entries()) {
    const at = path.index(index);
    const { prefix, configMapRef, secretRef } = source;
    if (prefix) append(errors, invalidName(at.child('prefix'), prefix, isRelaxedEnvVarName(prefix)));
    const rule = (name: string): string[] => nameIsDNSSubdomain(name, true);
    if (configMapRef) append(errors, requiredName(configMapRef.name, at.child('configMapRef', 'name'), rule));
    if (secretRef) append(errors, requiredName(secretRef.name, at.child('secretRef', 'name'), rule));
    // Upstream's path is that of the list here, not of its element.
    if (!configMapRef && !secretRef) errors.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (configMapRef && secretRef) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}
