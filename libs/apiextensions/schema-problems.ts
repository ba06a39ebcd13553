import type { apiextensionsv1 } from '#api';
import { aggregateFieldErrors, append, type FieldError, invalidValue, memoized } from '#apimachinery';
import { validateStructural } from './validate-structural.js';

/**
 * What is not structural in the schemas of a definition, as one text; '' if they are (nonstructuralschema_controller.go). Remembered
 * for the spec, which stays while the status of its definition changes.
 */
export const schemaProblems = memoized(problemsOf);

function problemsOf({ preserveUnknownFields, versions }: apiextensionsv1.CustomResourceDefinitionSpec): string {
  const errors: FieldError[] = [];
  if (preserveUnknownFields) errors.push(invalidValue('spec.preserveUnknownFields', true, 'must be false'));
  for (const [index, { schema }] of versions.entries())
    if (schema?.openAPIV3Schema)
      append(errors, validateStructural(`spec.versions[${index}].schema.openAPIV3Schema`, schema.openAPIV3Schema));
  return aggregateFieldErrors(errors);
}
