import { goJSON } from '#apimachinery';
import { INTERNAL_TYPES } from './types.js';

type Json = Record<string, unknown>;

interface Field {
  /** Go's name, which is printed; unset for an embedded type. */
  name?: string;
  /** The name in the public API. */
  json: string;
  type: string;
}

const parsed = new Map<string, readonly Field[]>();

function parseField(text: string): Field {
  if (text.startsWith('+')) return { json: '', type: text.slice(1) };
  const [names = '', type = ''] = text.split(':');
  const [name = '', json = name.charAt(0).toLowerCase() + name.slice(1)] = names.split('=');
  return { name, json, type };
}

function fieldsOf(type: string): readonly Field[] {
  let fields = parsed.get(type);
  if (!fields) {
    fields = (INTERNAL_TYPES[type] ?? '').split(' ').filter(Boolean).map(parseField);
    parsed.set(type, fields);
  }
  return fields;
}

const META = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

const sorted = (map: Json): Json => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Metadata has its public names and omits empty fields, because Go embeds it with its JSON tags. */
function embedMetadata(target: Json, metadata: Json | undefined): void {
  for (const field of META) {
    const value = metadata?.[field];
    if (value === undefined || value === null || value === '') continue;
    target[field] = field === 'labels' || field === 'annotations' ? sorted(value as Json) : value;
  }
}

const ZERO: Readonly<Record<string, unknown>> = { string: '', int: 0, bool: false, intstr: 0, quantity: '0' };

function convert(type: string, value: unknown): unknown {
  const absent = value === undefined || value === null;
  if (type.startsWith('*')) return absent ? null : convert(type.slice(1), value);
  if (type.startsWith('[]')) return absent ? null : (value as unknown[]).map((item) => convert(type.slice(2), item));
  if (type === 'map') return absent ? null : sorted(value as Json);
  if (type in ZERO) return absent ? ZERO[type] : value;
  if (type === 'time' || type === 'json' || type === 'bytes') return absent ? null : value;
  return struct(type, (value ?? {}) as Json);
}

/** The internal pod has the host namespaces in its security context, which is always set (core/v1 conversion.go). */
function podSecurityContext(spec: Json): Json {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  return { ...(spec.securityContext as Json | undefined), hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
}

function struct(type: string, value: Json): Json {
  const source = type === 'PodSpec' ? { ...value, securityContext: podSecurityContext(value) } : value;
  const target: Json = {};
  for (const field of fieldsOf(type)) {
    if (field.name !== undefined) target[field.name] = convert(field.type, source[field.json]);
    else if (field.type === 'meta') embedMetadata(target, source.metadata as Json | undefined);
    else if (field.type === 'type') {
      // Internal objects have neither kind nor apiVersion.
    } else Object.assign(target, struct(field.type, source));
  }
  return target;
}

/**
 * An object in the form of upstream's internal types, in which bad values are printed. `type`: the internal type's name, preceded by `*` or
 * `[]`.
 */
export function internalForm(type: string, value: unknown): unknown {
  return convert(type, value);
}

/** The internal form as indented JSON (encoding/json MarshalIndent with one space). */
export function prettyInternalForm(type: string, value: unknown): string {
  const text = JSON.stringify(convert(type, value), null, 1);
  return text.replace(/[<>&\u2028\u2029]/g, (char) => goJSON(char).slice(1, -1));
}
