import { duplicate, type FieldError, required } from '#apimachinery';

/** Conditions of both kinds: each has a type, none twice (flowcontrol/validation ValidateFlowSchemaStatus). */
export function conditionErrors(conditions: ReadonlyArray<{ type?: string }> = []): FieldError[] {
  const seen = new Set<string>();
  return conditions.flatMap(({ type = '' }, index) => {
    const path = `status.conditions[${index}].type`;
    const errors = seen.has(type) ? [duplicate(path, type)] : [];
    seen.add(type);
    return type === '' ? [...errors, required(path)] : errors;
  });
}
