import type { apiextensionsv1 } from '#api';
import { type FieldError, invalidValue } from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { namesOf, nestedInteger, nestedString, setNested } from './nested.js';

type ScalePaths = apiextensionsv1.CustomResourceSubresourceScale;

const MAX_INT32 = 2 ** 31 - 1;

function replicasErrors(object: object, path: string): FieldError[] {
  const { value = 0, error } = nestedInteger(object, namesOf(path));
  if (error !== undefined) return [invalidValue(path, 0, error)];
  if (value < 0) return [invalidValue(path, value, 'should be a non-negative integer')];
  return value > MAX_INT32 ? [invalidValue(path, value, `should be less than or equal to ${MAX_INT32}`)] : [];
}

/** The replicas that an object asks for (registry/customresource/validator.go ValidateScaleSpec). */
export const scaleSpecErrors = (object: object, scale: ScalePaths | undefined): FieldError[] =>
  scale ? replicasErrors(object, scale.specReplicasPath) : [];

/** The replicas and the selector that its status has (ValidateScaleStatus). */
export function scaleStatusErrors(object: object, scale: ScalePaths | undefined): FieldError[] {
  if (!scale) return [];
  const errors = replicasErrors(object, scale.statusReplicasPath);
  const { labelSelectorPath } = scale;
  if (labelSelectorPath === undefined) return errors;
  const { error } = nestedString(object, namesOf(labelSelectorPath));
  return error === undefined ? errors : [...errors, invalidValue(labelSelectorPath, '', error)];
}

/** The scale subresource of a version. */
export function scaleOf({
  specReplicasPath,
  statusReplicasPath,
  labelSelectorPath = '',
}: ScalePaths): NonNullable<ResourceStrategy['scale']> {
  const path = namesOf(specReplicasPath);
  return {
    path,
    replicas: (object) => nestedInteger(object, path).value,
    setReplicas: (object, replicas) => setNested(object, path, replicas),
    status: (object) => nestedInteger(object, namesOf(statusReplicasPath)).value ?? 0,
    selector: (object) => (labelSelectorPath === '' ? '' : (nestedString(object, namesOf(labelSelectorPath)).value ?? '')),
  };
}
