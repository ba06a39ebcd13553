import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type corev1, jsonSyntaxError } from '#api';
import {
  deepEqual,
  type FieldError,
  fieldForbidden,
  fieldPath,
  getOwn,
  invalidValue,
  isConfigMapKey,
  required,
  setOwn,
  tooLong,
} from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { immutable } from './checks.js';
import { decodedLength, MAX_DATA_BYTES } from './config-map.js';

type Secret = corev1.Secret;

const dataPath = (key: string) => fieldPath('data').key(key);
const text = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString('utf8');

function jsonData(secret: Secret, key: string): FieldError[] {
  const value = secret.data?.[key];
  if (value === undefined) return [required(dataPath(key))];
  try {
    const parsed: unknown = JSON.parse(text(value));
    if (parsed === null || (typeof parsed === 'object' && !Array.isArray(parsed))) return [];
    const kind = Array.isArray(parsed) ? 'array' : typeof parsed === 'boolean' ? 'bool' : typeof parsed;
    return [invalidJSON(key, `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`)];
  } catch {
    return [invalidJSON(key, jsonSyntaxError(text(value)))];
  }
}

const invalidJSON = (key: string, message: string): FieldError => invalidValue(dataPath(key), '<secret contents redacted>', message);

function requireKeys(secret: Secret, ...keys: string[]): FieldError[] {
  return keys.filter((key) => getOwn(secret.data, key) === undefined).map((key) => required(dataPath(key)));
}

/** The required data of each well-known type of secret. */
const TYPE_RULES: Readonly<Record<string, (secret: Secret) => FieldError[]>> = {
  'kubernetes.io/service-account-token': (secret) =>
    secret.metadata.annotations?.['kubernetes.io/service-account.name']
      ? []
      : [required(fieldPath('metadata', 'annotations').key('kubernetes.io/service-account.name'))],
  'kubernetes.io/dockercfg': (secret) => jsonData(secret, '.dockercfg'),
  'kubernetes.io/dockerconfigjson': (secret) => jsonData(secret, '.dockerconfigjson'),
  'kubernetes.io/basic-auth': (secret) => {
    const missing = requireKeys(secret, 'username', 'password');
    return missing.length === 2 ? missing : [];
  },
  'kubernetes.io/ssh-auth': (secret) => (secret.data?.['ssh-privatekey'] ? [] : [required(dataPath('ssh-privatekey'))]),
  'kubernetes.io/tls': (secret) => requireKeys(secret, 'tls.crt', 'tls.key'),
};

function validate(secret: Secret): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(secret.data ?? {})) {
    for (const message of isConfigMapKey(key)) errors.push(invalidValue(dataPath(key), key, message));
    size += decodedLength(value);
  }
  if (size > MAX_DATA_BYTES) errors.push(tooLong('data', '', MAX_DATA_BYTES));
  return [...errors, ...(getOwn(TYPE_RULES, secret.type ?? '')?.(secret) ?? [])];
}

function validateUpdate(secret: Secret, old: Secret): FieldError[] {
  const errors = immutable(secret.type, old.type, 'type');
  if (old.immutable) {
    const message = 'field is immutable when `immutable` is set';
    if (!secret.immutable) errors.push(fieldForbidden('immutable', message));
    if (!deepEqual(secret.data, old.data)) errors.push(fieldForbidden('data', message));
  }
  return [...errors, ...validate(secret)];
}

/** stringData is write-only: it overrides data and is not stored (core/v1 conversion.go Convert_v1_Secret_To_core_Secret). */
function mergeStringData(secret: Secret): void {
  if (!secret.stringData) return;
  const data = { ...secret.data };
  for (const [key, value] of Object.entries(secret.stringData)) setOwn(data, key, Buffer.from(value, 'utf8').toString('base64'));
  delete secret.stringData;
  if (Object.keys(data).length > 0) secret.data = data;
}

/** A TLS secret whose key does not match its certificate is accepted with a warning (the messages are those of Go's tls.X509KeyPair). */
function warnings(secret: Secret): string[] {
  if (secret.type !== 'kubernetes.io/tls') return [];
  const [certificate, key] = [text(secret.data?.['tls.crt']), text(secret.data?.['tls.key'])];
  if (!certificate.includes('-----BEGIN')) return ['tls: failed to find any PEM data in certificate input'];
  if (!certificate.includes('-----BEGIN CERTIFICATE-----')) {
    return ['tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'];
  }
  if (!key.includes('-----BEGIN')) return ['tls: failed to find any PEM data in key input'];
  try {
    if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) return ['tls: private key does not match public key'];
  } catch {
    return ['tls: failed to parse private key'];
  }
  return [];
}

/** Secrets (pkg/registry/core/secret). */
export const secret: ResourceStrategy<Secret> = {
  group: '',
  resource: 'secrets',
  setDefaults(object) {
    mergeStringData(object);
    object.type ||= 'Opaque';
  },
  validate,
  prepareForUpdate(object, old) {
    object.type ||= old.type;
  },
  validateUpdate,
  warnings,
  fields: { type: (object) => object.type ?? '' },
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', cell: (object) => object.type ?? '' },
    { name: 'Data', type: 'string', cell: (object) => Object.keys(object.data ?? {}).length },
    ageColumn,
  ],
};
