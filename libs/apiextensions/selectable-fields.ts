import { duplicate, type FieldError, invalidValue, required, tooMany } from '#apimachinery';
import { SELECTABLE_FIELDS } from './limits.js';
import { type Schema, SchemaNode } from './schema-node.js';

/** The node at a path of fields, or what is wrong with the path (schema/cel ValidFieldPath without array notation). */
function nodeAt(schema: Schema, path: string): { node: SchemaNode; names: string[] } | { error: string } {
  if (!path.startsWith('.')) return { error: `expected [ or . but got: ${path.charAt(0)}` };
  const names = path.slice(1).split('.');
  let node: SchemaNode | undefined = new SchemaNode(schema);
  for (const name of names) {
    if (/[[\]'"]/.test(name)) return { error: 'array notation is not allowed' };
    node = node.field(name);
    if (node === undefined) return { error: `does not refer to a valid field` };
  }
  return { node, names };
}

/** The errors of a version's selectable fields. */
export function validateSelectableFields(path: string, fields: ReadonlyArray<{ jsonPath?: string }>, schema: Schema): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath = '' }] of fields.entries()) {
    const at = `${path}[${index}].jsonPath`;
    if (jsonPath === '') {
      errors.push(required(at));
      continue;
    }
    const found = nodeAt(schema, jsonPath);
    if ('error' in found) {
      errors.push(invalidValue(at, jsonPath, `is an invalid path: ${found.error}`));
      continue;
    }
    if (found.names[0] === 'metadata') errors.push(invalidValue(at, jsonPath, 'must not point to fields in metadata'));
    if (!['string', 'boolean', 'integer'].includes(found.node.type)) {
      const text = 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      errors.push(invalidValue(at, jsonPath, text));
    }
    if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath));
    seen.add(jsonPath);
  }
  if (seen.size > SELECTABLE_FIELDS) errors.push(tooMany(path, seen.size, SELECTABLE_FIELDS));
  return errors;
}
