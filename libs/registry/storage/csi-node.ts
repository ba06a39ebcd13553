import type { storagev1 } from '#api';
import { append, byteLength, duplicate, type FieldError, invalidValue, isDNS1123Subdomain, required, tooLong } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { repeats } from '../repeats.js';
import { overNulls } from '../rules/nulls.js';
import { eachInvalid, immutable, nonNegative, qualifiedName } from '../rules/text.js';

const MAX_NODE_ID = 256;

/** A CSI driver's name (core/validation ValidateCSIDriverName). */
export function csiDriverName(path: string, name = ''): FieldError[] {
  if (name === '') return [required(path)];
  const errors = byteLength(name) > 63 ? [tooLong(path, '', 63)] : [];
  return [...errors, ...eachInvalid(path, name, isDNS1123Subdomain(name.toLowerCase()))];
}

function driver(path: string, each: storagev1.CSINodeDriver, seen: Set<string>): FieldError[] {
  const errors = csiDriverName(`${path}.name`, each.name);
  const nodeID = each.nodeID ?? '';
  if (nodeID === '') errors.push(required(`${path}.nodeID`));
  if (byteLength(nodeID) > MAX_NODE_ID) errors.push(invalidValue(`${path}.nodeID`, nodeID, `must be ${MAX_NODE_ID} characters or less`));
  append(errors, nonNegative(`${path}.allocatable.count`, each.allocatable?.count));
  if (seen.has(each.name)) errors.push(duplicate(`${path}.name`, each.name));
  seen.add(each.name);
  const repeated = repeats(each.topologyKeys ?? []);
  for (const [index, key] of (each.topologyKeys ?? []).entries()) {
    if (key === '') errors.push(required(path));
    if (repeated.has(index)) errors.push(duplicate(path, key));
    append(errors, qualifiedName(path, key));
  }
  return errors;
}

function validate(object: storagev1.CSINode): FieldError[] {
  const seen = new Set<string>();
  return (object.spec?.drivers ?? []).flatMap((each, index) => driver(`spec.drivers[${index}]`, each, seen));
}

/** CSINode (registry/storage/csinode). */
export const csiNode = overNulls<storagev1.CSINode>({
  group: 'storage.k8s.io',
  resource: 'csinodes',
  returnsDeletedObject: true,
  unconditionalUpdate: false,
  validate,
  validateUpdate(object, old) {
    const errors = validate(object);
    for (const was of old.spec?.drivers ?? []) {
      for (const now of object.spec?.drivers ?? []) {
        // Only the allocatable count may change (MutableCSINodeAllocatableCount).
        const bare = ({ allocatable: _, ...rest }: storagev1.CSINodeDriver) => rest;
        if (was.name === now.name) append(errors, immutable('spec.drivers', bare(now), bare(was)));
      }
    }
    return errors;
  },
  columns: [nameColumn, { name: 'Drivers', type: 'integer', cell: ({ spec }) => spec?.drivers?.length ?? 0 }, ageColumn],
});
