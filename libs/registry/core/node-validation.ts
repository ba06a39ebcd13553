import type { corev1 } from '#api';
import {
  append,
  cidrFamily,
  duplicate,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  fieldPath,
  goJSON,
  goQuote,
  invalidValue,
  isQualifiedName,
  isValidLabelValue,
  isValidLegacyCIDR,
  notSupported,
  required,
} from '#apimachinery';
import { invalidName, positive } from './checks.js';
import { validateResourceQuantity } from './resource-names.js';

type Node = corev1.Node;

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const FEATURE = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;

function validateTaint(taint: corev1.Taint, path: FieldPath): FieldError[] {
  const errors = invalidName(path.child('key'), taint.key ?? '', isQualifiedName(taint.key ?? ''));
  const messages = isValidLabelValue(taint.value ?? '');
  if (messages.length > 0) errors.push(invalidValue(path.child('value'), taint.value, messages.join(';')));
  if (!taint.effect) errors.push(required(path.child('effect')));
  else if (!EFFECTS.includes(taint.effect)) errors.push(notSupported(path.child('effect'), taint.effect, EFFECTS));
  return errors;
}

function validateTaints(taints: readonly corev1.Taint[], path: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, index) => {
    const errors = validateTaint(taint, path.index(index));
    const id = `${taint.effect}\n${taint.key}`;
    if (seen.has(id)) {
      // Printed in the internal form, with Go's field names.
      const shown = { Key: taint.key, Value: taint.value ?? '', Effect: taint.effect, TimeAdded: taint.timeAdded ?? null };
      const text = `Duplicate value: ${goJSON(shown)}: taints must be unique by key and effect pair`;
      errors.push({ ...duplicate(path.index(index), ''), message: text });
    }
    seen.add(id);
    return errors;
  });
}

function validateAmounts(node: Node): FieldError[] {
  return (['capacity', 'allocatable'] as const).flatMap((field) =>
    Object.entries(node.status?.[field] ?? {}).flatMap(([name, amount]) =>
      validateResourceQuantity(name, amount, fieldPath('status', field).key(name)),
    ),
  );
}

function featureError(name: string): string | undefined {
  const invalid = `invalid feature name ${goQuote(name)}`;
  if (name.length > 253) return `${invalid}: must be no more than 253 characters`;
  if (FEATURE.test(name)) return undefined;
  return `${invalid}: must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`;
}

function validateFeatures(node: Node): FieldError[] {
  const features = node.status?.declaredFeatures ?? [];
  return features.flatMap((feature, index) => {
    const path = fieldPath('status', 'declaredFeatures');
    const errors: FieldError[] = [];
    const broken = featureError(feature);
    if (broken) errors.push(invalidValue(path.index(index), feature, broken));
    const next = features[index + 1];
    if (next === undefined) return errors;
    if (next === feature) errors.push(duplicate(path.index(index + 1), next));
    else if (feature > next) errors.push(invalidValue(path.index(index + 1), next, 'list must be sorted alphabetically'));
    return errors;
  });
}

function validatePodCIDRs(cidrs: readonly string[]): FieldError[] {
  const path = fieldPath('spec', 'podCIDRs');
  const errors = cidrs.flatMap((cidr, index) => isValidLegacyCIDR(path.index(index), cidr));
  if (cidrs.length > 1) {
    const families = new Set(cidrs.map((cidr) => cidrFamily(cidr)));
    if (families.size < 2 || cidrs.length > 2) {
      errors.push(invalidValue(path, cidrs, 'may specify no more than one CIDR for each IP family'));
    }
  }
  return errors;
}

const taintsPath = fieldPath('metadata', 'taints');

/** A node (core validation.go ValidateNode). The path of taints is the same as upstream's. */
export function validateNode(node: Node): FieldError[] {
  const swap = node.status?.nodeInfo?.swap?.capacity;
  return [
    ...validateTaints(node.spec?.taints ?? [], taintsPath),
    ...validateAmounts(node),
    ...(swap === undefined ? [] : positive(swap, 'metadata.nodeSwapStatus.capacity')),
    ...validateFeatures(node),
    ...validatePodCIDRs(node.spec?.podCIDRs ?? []),
  ];
}

function validateFrozen(node: Node, old: Node): FieldError[] {
  const errors: FieldError[] = [];
  const [cidrs, before] = [node.spec?.podCIDRs ?? [], old.spec?.podCIDRs ?? []];
  const text = 'node updates may not change podCIDR except from "" to valid';
  if (before.length > 0) {
    if (before.length !== cidrs.length) errors.push(fieldForbidden('spec.podCIDRs', text));
    else for (const [index, cidr] of before.entries()) if (cidr !== cidrs[index]) errors.push(fieldForbidden('spec.podCIDRs', text));
  }
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID) {
    errors.push(fieldForbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  return errors;
}

/** What may not change in a node (ValidateNodeUpdate). */
export function validateNodeUpdate(node: Node, old: Node): FieldError[] {
  const errors = [...validateAmounts(node), ...validateFeatures(node)];
  const seen = new Set<string>();
  (node.status?.addresses ?? []).forEach((address, index) => {
    const id = `${address.type}\n${address.address}`;
    if (seen.has(id))
      errors.push(duplicate(fieldPath('status', 'addresses').index(index), { Type: address.type, Address: address.address }));
    seen.add(id);
  });
  append(errors, validateFrozen(node, old), validateTaints(node.spec?.taints ?? [], taintsPath));
  if ((node.spec?.externalID ?? '') !== (old.spec?.externalID ?? '')) errors.push(fieldForbidden('spec.externalID', 'may not be updated'));
  return errors;
}
