import type { resourcev1 } from '#api';
import {
  append,
  byteLength,
  duplicate,
  type FieldError,
  formatTime,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
  required,
  tooLong,
  tooMany,
} from '#apimachinery';
import type { StrategyContext } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, nextGeneration } from '../rules/prepare.js';
import { eachInvalid, immutable } from '../rules/text.js';
import { driverNameErrors } from './claim-validation.js';

const MAX_DEVICES = 128;
const MAX_POOL_NAME = 253;
const PLACES = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'] as const;

function poolErrors({ name = '', generation = 0, resourceSliceCount: count = 0 }: Partial<resourcev1.ResourcePool>): FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') errors.push(required('spec.pool.name'));
  else if (byteLength(name) > MAX_POOL_NAME) errors.push(tooLong('spec.pool.name', name, MAX_POOL_NAME));
  else
    append(
      errors,
      name.split('/').flatMap((part) => eachInvalid('spec.pool.name', part, isDNS1123Subdomain(part))),
    );
  if (count <= 0) errors.push(invalidValue('spec.pool.resourceSliceCount', count, 'must be greater than zero'));
  if (generation < 0) errors.push(invalidValue('spec.pool.generation', generation, 'must be greater than or equal to zero'));
  return errors;
}

function placeErrors(spec: Partial<resourcev1.ResourceSliceSpec>): FieldError[] {
  const set = PLACES.filter((place) => spec[place] !== undefined && spec[place] !== false);
  const list = PLACES.map((place) => `\`${place}\``).join(', ');
  if (set.length === 0) return [required('spec', `exactly one of ${list} is required`)];
  if (set.length > 1)
    return [
      invalidValue(
        'spec',
        `{${set.map((place) => `\`${place}\``).join(', ')}}`,
        `exactly one of ${list} is required, but multiple fields are set`,
      ),
    ];
  const { nodeName } = spec;
  return nodeName === undefined ? [] : eachInvalid('spec.nodeName', nodeName, isDNS1123Subdomain(nodeName));
}

function validate({ spec = {} as resourcev1.ResourceSliceSpec }: resourcev1.ResourceSlice): FieldError[] {
  const devices = spec.devices ?? [];
  const names = devices.map(({ name }) => name);
  const errors = [...driverNameErrors('spec.driver', spec.driver), ...poolErrors(spec.pool ?? {}), ...placeErrors(spec)];
  if (devices.length > MAX_DEVICES) return [...errors, tooMany('spec.devices', devices.length, MAX_DEVICES)];
  return [
    ...errors,
    ...names.flatMap((name, index) => {
      const path = `spec.devices[${index}].name`;
      const doubled = names.indexOf(name) < index ? [duplicate(path, name)] : [];
      return name ? [...eachInvalid(path, name, isDNS1123Label(name)), ...doubled] : [required(path)];
    }),
  ];
}

function multipliers(object: resourcev1.ResourceSlice): void {
  for (const { nodeAllocatableResourceMappings: mappings = {} } of object.spec?.devices ?? []) {
    for (const mapping of Object.values(mappings)) mapping.allocationMultiplier ??= '1';
  }
}

/** Taints say when they were added (SetDefaults_DeviceTaint). */
function timeTaints(object: resourcev1.ResourceSlice, { clock }: StrategyContext): void {
  for (const { taints = [] } of object.spec?.devices ?? []) for (const taint of taints) taint.timeAdded ??= formatTime(clock.now());
}

/** ResourceSlice (registry/resource/resourceslice): devices that a driver publishes. */
export const resourceSlice = overNulls<resourcev1.ResourceSlice>({
  group: 'resource.k8s.io',
  resource: 'resourceslices',
  returnsDeletedObject: true,
  setDefaults: multipliers,
  prepareForCreate(object, ctx) {
    timeTaints(object, ctx);
    firstGeneration(object);
  },
  prepareForUpdate(object, old, ctx) {
    timeTaints(object, ctx);
    nextGeneration(object, old, ({ spec }) => spec);
  },
  validate,
  validateUpdate: (object, old) => [
    ...validate(object),
    ...immutable('spec.driver', object.spec?.driver, old.spec?.driver),
    ...immutable('spec.pool.name', object.spec?.pool?.name, old.spec?.pool?.name),
    ...immutable('spec.nodeName', object.spec?.nodeName ?? null, old.spec?.nodeName ?? null),
  ],
  warnings: ({ spec }, old) =>
    !old && spec?.driver !== spec?.driver?.toLowerCase()
      ? [`spec.driver: driver names should be lowercase; "${spec.driver}" contains uppercase characters`]
      : [],
  fields: { 'spec.nodeName': ({ spec }) => spec?.nodeName ?? '', 'spec.driver': ({ spec }) => spec?.driver ?? '' },
  unknownField: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
  columns: [
    nameColumn,
    { name: 'Node', type: 'string', cell: ({ spec }) => spec.nodeName ?? '' },
    { name: 'Driver', type: 'string', cell: ({ spec }) => spec.driver },
    { name: 'Pool', type: 'string', cell: ({ spec }) => spec.pool.name },
    ageColumn,
  ],
});
