import type { apiextensionsv1 } from '#api';
import { aggregateFieldErrors, append, type FieldError, invalidValue } from '#apimachinery';
import { validateStructural } from './validate-structural.js';

/** What is not structural in the schemas of a definition, as one text; undefined if they are (nonstructuralschema_controller.go). */
export function schemaProblems({ preserveUnknownFields, versions }: apiextensionsv1.CustomResourceDefinitionSpec): string | undefined {
  const errors: FieldError[] = [];
  if (preserveUnknownFields) errors.push(invalidValue('spec.preserveUnknownFields', true, 'must be false'));
  for (const [index, { schema }] of versions.entries())
    if (schema?.openAPIV3Schema)
      append(errors, validateStructural(`spec.versions[${index}].schema.openAPIV3Schema`, schema.openAPIV3Schema));
  return errors.length > 0 ? aggregateFieldErrors(errors) : undefined;
}
