import type { corev1, nodev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  invalidValue,
  isDNS1123Label,
  isQualifiedName,
  isValidLabelValue,
  notSupported,
  parseQuantity,
  required,
} from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { deprecatedNodeLabel } from '../core/pod/node-label-warnings.js';
import { overNulls } from '../rules/nulls.js';
import { eachInvalid, immutable, labels, qualifiedName } from '../rules/text.js';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** core/validation ValidateTolerations. */
function toleration(
  path: string,
  { key = '', operator = '', value = '', effect = '', tolerationSeconds }: corev1.Toleration,
): FieldError[] {
  const errors: FieldError[] = key === '' ? [] : eachInvalid(`${path}.key`, key, isQualifiedName(key));
  if (key === '' && operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalidValue(`${path}.operator`, operator, detail));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute')
    errors.push(invalidValue(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  if (operator === 'Equal' || operator === '') {
    const messages = isValidLabelValue(value);
    if (messages.length > 0) errors.push(invalidValue(`${path}.operator`, value, messages.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') errors.push(invalidValue(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  } else {
    errors.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  }
  if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, EFFECTS));
  return errors;
}

function tolerations(path: string, all: readonly corev1.Toleration[] = []): FieldError[] {
  const errors = all.flatMap((each, index) => toleration(`${path}[${index}]`, each));
  const seen = new Set<string>();
  all.forEach((each, index) => {
    const key = JSON.stringify([each.key ?? '', each.operator ?? '', each.value ?? '', each.effect ?? '']);
    if (seen.has(key)) errors.push(duplicate(`${path}[${index}]`, each));
    seen.add(key);
  });
  return errors;
}

/** The overhead of the runtime, per resource (validateOverhead). */
function overhead(path: string, { podFixed = {} }: nodev1.Overhead): FieldError[] {
  return Object.entries(podFixed).flatMap(([name, quantity]) => {
    const at = `${path}.limits[${name}]`;
    const errors = qualifiedName(at, name);
    if (parseQuantity(quantity).sign < 0) errors.push(invalidValue(at, quantity, 'must be greater than or equal to 0'));
    return errors;
  });
}

function validate(object: nodev1.RuntimeClass): FieldError[] {
  const { handler, scheduling } = object;
  const errors = handler ? eachInvalid('handler', handler, isDNS1123Label(handler)) : [required('handler')];
  if (object.overhead) append(errors, overhead('overhead', object.overhead));
  if (!scheduling) return errors;
  return [
    ...errors,
    ...labels('scheduling.nodeSelector', scheduling.nodeSelector),
    ...tolerations('scheduling.tolerations', scheduling.tolerations),
  ];
}

/** RuntimeClass (registry/node/runtimeclass). */
export const runtimeClass = overNulls<nodev1.RuntimeClass>({
  group: 'node.k8s.io',
  resource: 'runtimeclasses',
  createOnUpdate: true,
  unconditionalUpdate: false,
  validate,
  validateUpdate: (object, old) => [...validate(object), ...immutable('handler', object.handler, old.handler)],
  warnings: ({ scheduling }) =>
    Object.keys(scheduling?.nodeSelector ?? {}).flatMap((key) => {
      const deprecated = deprecatedNodeLabel(key);
      return deprecated === undefined ? [] : [`scheduling.nodeSelector: ${deprecated}`];
    }),
  columns: [nameColumn, { name: 'Handler', type: 'string', cell: ({ handler }) => handler }, ageColumn],
});
