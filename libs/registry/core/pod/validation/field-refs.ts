import type { corev1 } from '#api';
import { type FieldError, type FieldPath, invalidValue, isQualifiedName, notSupported, parseQuantity, required } from '#apimachinery';
import { invalidName } from '../../checks.js';

/** Fields that an environment variable may refer to. */
export const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** Fields that a file of a downwardAPI volume may refer to. */
export const FILE_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

const KNOWN = new Set([...ENV_FIELDS, ...FILE_FIELDS, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase']);

/** `metadata.labels['app']` as [`metadata.labels`, `app`] (pkg/fieldpath SplitMaybeSubscriptedPath). */
function splitSubscript(path: string): [string, string] | undefined {
  const open = path.indexOf("['");
  return open > 0 && path.endsWith("']") && open + 2 <= path.length - 2 ? [path.slice(0, open), path.slice(open + 2, -2)] : undefined;
}

/** The field's name in the internal pod, or an error (pkg/apis/core/pods ConvertDownwardAPIFieldLabel). */
function convert(version: string, path: string, subscripted: boolean): { path: string } | { problem: string } {
  if (version !== 'v1') return { problem: `unsupported pod version: ${version}` };
  if (subscripted) {
    const plain = /^metadata\.(annotations|labels)\[/.test(path);
    return plain ? { path } : { problem: `field label does not support subscript: ${path}` };
  }
  if (path === 'spec.host') return { path: 'spec.nodeName' };
  return KNOWN.has(path) ? { path } : { problem: `field label not supported: ${path}` };
}

/** A reference to a field of the pod (validateObjectFieldSelector). */
export function validateFieldRef(ref: corev1.ObjectFieldSelector, fields: readonly string[], path: FieldPath): FieldError[] {
  if (!ref.apiVersion) return [required(path.child('apiVersion'))];
  if (!ref.fieldPath) return [required(path.child('fieldPath'))];
  const subscripted = splitSubscript(ref.fieldPath);
  const converted = convert(ref.apiVersion, ref.fieldPath, subscripted !== undefined);
  if ('problem' in converted)
    return [invalidValue(path.child('fieldPath'), ref.fieldPath, `error converting fieldPath: ${converted.problem}`)];
  if (!subscripted) return fields.includes(converted.path) ? [] : [notSupported(path.child('fieldPath'), converted.path, fields)];
  const [field, key] = subscripted;
  const name = field === 'metadata.annotations' ? key.toLowerCase() : key;
  return invalidName(path, name, isQualifiedName(name));
}

const AMOUNTS = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const HUGE = /^(requests|limits)\.hugepages-/;
const UNITS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** The valid divisors of a resource's amounts, and its name in the message. */
function divisorsOf(resource: string): { units: readonly string[]; called: string } | undefined {
  if (resource.endsWith('.cpu')) return { units: ['1m', '1'], called: 'cpu' };
  if (resource.endsWith('.memory')) return { units: UNITS, called: 'memory' };
  if (resource.endsWith('.ephemeral-storage')) return { units: UNITS, called: 'local ephemeral storage' };
  return HUGE.test(resource) ? { units: UNITS, called: 'hugepages' } : undefined;
}

function validateDivisor(resource: string, divisor: string | undefined, path: FieldPath): FieldError[] {
  const quantity = parseQuantity(divisor ?? '0');
  const divisors = quantity.sign === 0 ? undefined : divisorsOf(AMOUNTS.includes(resource) || HUGE.test(resource) ? resource : '');
  if (!divisors || divisors.units.includes(quantity.toString())) return [];
  const list = divisors.called === 'cpu' ? '1m and 1' : UNITS.join(', ');
  const text = `only divisor's values ${list} are supported with the ${divisors.called} resource`;
  return [invalidValue(path.child('divisor'), resource, text)];
}

/** A reference to a container's resources; in a volume the container is required (validateContainerResourceFieldSelector). */
export function validateResourceRef(ref: corev1.ResourceFieldSelector, path: FieldPath, inVolume: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const resource = ref.resource ?? '';
  if (inVolume && !ref.containerName) errors.push(required(path.child('containerName')));
  else if (!resource) errors.push(required(path.child('resource')));
  else if (!AMOUNTS.includes(resource) && !HUGE.test(resource)) errors.push(notSupported(path.child('resource'), resource, AMOUNTS));
  return [...errors, ...validateDivisor(resource, ref.divisor, path)];
}
