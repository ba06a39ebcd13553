import type { resourcev1 } from '#api';
import { type FieldError, fieldForbidden, invalidValue, parseQuantity, type Quantity, required, tooMany } from '#apimachinery';

/** Values that a request may have (CapacityRequestPolicyDiscreteMaxOptions). */
const MAX_OPTIONS = 10;

function valuesErrors(path: string, capacity: Quantity, preset: Quantity, values: readonly Quantity[]): FieldError[] {
  const errors = values.flatMap((value, index) => {
    const next = values[index + 1];
    return next && value.compare(next) > 0
      ? [invalidValue(`${path}[${index + 1}]`, next.toString(), 'values must be sorted in ascending order')]
      : [];
  });
  if (values.length > MAX_OPTIONS) return [...errors, tooMany(path, values.length, MAX_OPTIONS)];
  values.forEach((value, index) => {
    if (value.compare(capacity) > 0)
      errors.push(invalidValue(`${path}[${index}]`, value.toString(), `option is larger than capacity value: ${capacity}`));
  });
  if (!values.some((value) => value.equals(preset)))
    errors.push(invalidValue(path, preset.toString(), 'default value is not valid according to the requestPolicy'));
  return errors;
}

function stepErrors(path: string, value: Quantity, min: Quantity, step: Quantity): FieldError[] {
  if ((value.value() - min.value()) % step.value() === 0) return [];
  return [invalidValue(path, value.toString(), `value is not a multiple of a given step (${step}) from (${min})`)];
}

function rangeErrors(path: string, capacity: Quantity, preset: Quantity, range: resourcev1.CapacityRequestPolicyRange): FieldError[] {
  if (range.min === undefined) return [required(`${path}.min`, 'required when validRange is defined')];
  const errors: FieldError[] = [];
  const wrong = (field: string, value: Quantity, message: string) =>
    errors.push(invalidValue(`${path}.${field}`, value.toString(), message));
  const min = parseQuantity(range.min);
  const max = range.max === undefined ? undefined : parseQuantity(range.max);
  if (min.compare(capacity) > 0) wrong('min', min, `min is larger than capacity value: ${capacity}`);
  if (preset.compare(min) < 0) wrong('min', preset, `default is less than min: ${min}`);
  if (max && min.compare(max) > 0) wrong('max', min, `min is larger than max: ${max}`);
  if (max && max.compare(capacity) > 0) wrong('max', max, `max is larger than capacity value: ${capacity}`);
  if (max && preset.compare(max) > 0) wrong('max', preset, `default is more than max: ${max}`);
  if (range.step === undefined) return errors;
  const step = parseQuantity(range.step);
  // Upstream divides by it.
  if (step.value() === 0) return [...errors, invalidValue(`${path}.step`, step.toString(), 'must be greater than zero')];
  const one = min.add(step);
  if (one.compare(capacity) > 0) wrong('step', step, `one step ${one} is larger than capacity value: ${capacity}`);
  return [...errors, ...stepErrors(`${path}.step`, preset, min, step), ...(max ? stepErrors(`${path}.step`, max, min, step) : [])];
}

/** Which amounts of a shared device's capacity may be requested (validateRequestPolicy). */
export function requestPolicyErrors(path: string, value: string | undefined, policy: resourcev1.CapacityRequestPolicy): FieldError[] {
  const { validValues = [], validRange, default: preset } = policy;
  const capacity = parseQuantity(value ?? 0);
  if (validValues.length > 0 && validRange)
    return [fieldForbidden(path, 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time')];
  if (validValues.length > 0) {
    if (preset === undefined) return [required(`${path}.default`, 'required when validValues is defined')];
    const values = validValues.map((each) => parseQuantity(each));
    return valuesErrors(`${path}.validValues`, capacity, parseQuantity(preset), values);
  }
  if (!validRange) return [];
  if (preset === undefined) return [required(`${path}.default`, 'required when validRange is defined')];
  return rangeErrors(`${path}.validRange`, capacity, parseQuantity(preset), validRange);
}
