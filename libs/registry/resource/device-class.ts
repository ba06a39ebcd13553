import type { resourcev1 } from '#api';
import { type FieldError, tooMany } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, nextGeneration } from '../rules/prepare.js';
import { opaqueConfigurationErrors, prepareSelectors, selectorErrors } from './claim-validation.js';

const MAX_CONFIGURATIONS = 32;

function validate({ spec = {} }: resourcev1.DeviceClass): FieldError[] {
  const { selectors = [], config = [] } = spec;
  const errors = selectorErrors('spec.selectors', selectors);
  if (config.length > MAX_CONFIGURATIONS) errors.push(tooMany('spec.config', config.length, MAX_CONFIGURATIONS));
  return [...errors, ...config.flatMap((each, index) => opaqueConfigurationErrors(`spec.config[${index}]`, each.opaque))];
}

/** DeviceClass (registry/resource/deviceclass). */
export const deviceClass = overNulls<resourcev1.DeviceClass>({
  group: 'resource.k8s.io',
  resource: 'deviceclasses',
  returnsDeletedObject: true,
  prepareForCreate: firstGeneration,
  prepareForUpdate: (object, old) => nextGeneration(object, old, ({ spec }) => spec),
  confirm: ({ spec }, _, { work }) => prepareSelectors(spec?.selectors ?? [], () => work?.pause()),
  validate,
  validateUpdate: validate,
  columns: [nameColumn, ageColumn],
});
