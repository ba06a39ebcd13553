import { duplicate, type FieldError, type KubeObject, required } from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { firstGeneration, keepSpec, keepStatus, nextGeneration } from '../rules/prepare.js';

/** Conditions of both kinds: the type is required and unique (flowcontrol/validation ValidateFlowSchemaStatus). */
export function conditionErrors(conditions: ReadonlyArray<{ type?: string }> = []): FieldError[] {
  const seen = new Set<string>();
  return conditions.flatMap(({ type = '' }, index) => {
    const path = `status.conditions[${index}].type`;
    const errors = seen.has(type) ? [duplicate(path, type)] : [];
    seen.add(type);
    return type === '' ? [...errors, required(path)] : errors;
  });
}

type WithConditions = KubeObject & { spec?: unknown; status?: { conditions?: ReadonlyArray<{ type?: string }> } };

/** The common part of both strategies: the generation counts changes of the spec, and only the subresource changes the status. */
export function specAndStatus<T extends WithConditions>(): Pick<
  ResourceStrategy<T>,
  'prepareForCreate' | 'prepareForUpdate' | 'subresources'
> {
  return {
    prepareForCreate(object) {
      object.status = {};
      firstGeneration(object);
    },
    prepareForUpdate(object, old) {
      nextGeneration(object, old, ({ spec }) => spec);
      keepStatus(object, old);
    },
    subresources: {
      status: {
        prepareForUpdate: (object, old) => keepSpec(object, old, true),
        validateUpdate: ({ status }) => conditionErrors(status?.conditions),
      },
    },
  };
}
