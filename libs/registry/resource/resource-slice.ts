import type { resourcev1 } from '#api';
import {
  append,
  byteLength,
  type FieldError,
  fieldPath,
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
import { validateNodeSelector } from '../core/pod/validation/node-selector.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, nextGeneration } from '../rules/prepare.js';
import { eachInvalid, immutable } from '../rules/text.js';
import { driverNameErrors } from './claim-validation.js';
import { countersErrors, deviceErrors, duplicates } from './device-validation.js';

const MAX_DEVICES = 128;
/** If devices have taints or consume counters. */
const MAX_ADVANCED = 64;
const MAX_COUNTER_SETS = 8;
const MAX_POOL_NAME = 253;
const LISTS = ['bools', 'ints', 'strings', 'versions'] as const;
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
  const { nodeName, nodeSelector } = spec;
  const errors: FieldError[] = [];
  if (nodeName === '') errors.push(invalidValue('spec.nodeName', nodeName, 'must be either unset or set to a non-empty string'));
  else if (nodeName !== undefined) append(errors, eachInvalid('spec.nodeName', nodeName, isDNS1123Subdomain(nodeName)));
  if (nodeSelector) {
    const at = fieldPath('spec', 'nodeSelector');
    append(errors, validateNodeSelector(nodeSelector, at));
    const terms = nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1) errors.push(invalidValue(at.child('nodeSelectorTerms'), terms, 'must have exactly one node selector term'));
  }
  for (const place of ['allNodes', 'perDeviceNodeSelection'] as const)
    if (spec[place] === false) errors.push(invalidValue(`spec.${place}`, false, 'must be either unset or set to true'));
  const set = PLACES.filter((place) => Boolean(spec[place]));
  const list = PLACES.map((place) => `\`${place}\``).join(', ');
  if (set.length === 0) errors.push(required('spec', `exactly one of ${list} is required`));
  if (set.length > 1) {
    const given = `{${set.map((place) => `\`${place}\``).join(', ')}}`;
    errors.push(invalidValue('spec', given, `exactly one of ${list} is required, but multiple fields are set`));
  }
  return errors;
}

function counterSetErrors(sets: readonly resourcev1.CounterSet[]): FieldError[] {
  const path = 'spec.sharedCounters';
  if (sets.length > MAX_COUNTER_SETS) return [tooMany(path, sets.length, MAX_COUNTER_SETS)];
  const errors = sets.flatMap(({ name = '', counters }, index) => [
    ...(name === '' ? [required(`${path}[${index}].name`)] : eachInvalid(`${path}[${index}].name`, name, isDNS1123Label(name))),
    ...countersErrors(`${path}[${index}].counters`, counters),
  ]);
  return [
    ...errors,
    ...duplicates(
      path,
      sets.map(({ name = '' }) => name),
    ),
  ];
}

function validate({ spec = {} as resourcev1.ResourceSliceSpec }: resourcev1.ResourceSlice): FieldError[] {
  const { devices = [], sharedCounters = [], perDeviceNodeSelection = false } = spec;
  const errors = [...driverNameErrors('spec.driver', spec.driver), ...poolErrors(spec.pool ?? {}), ...placeErrors(spec)];
  if (spec.sharedCounters && spec.devices) errors.push(invalidValue('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  const advanced = devices.some(({ taints = [], consumesCounters = [] }) => taints.length + consumesCounters.length > 0);
  const most = advanced ? MAX_ADVANCED : MAX_DEVICES;
  if (devices.length > most) errors.push(tooMany('spec.devices', devices.length, most));
  else {
    append(
      errors,
      devices.flatMap((device, index) => deviceErrors(`spec.devices[${index}]`, device, perDeviceNodeSelection)),
    );
    append(
      errors,
      duplicates(
        'spec.devices',
        devices.map(({ name = '' }) => name),
      ),
    );
  }
  return [...errors, ...counterSetErrors(sharedCounters)];
}

/** Fields of features that are off (DRAListTypeAttributes, DRANodeAllocatableResources): dropped unless they are already set. */
function dropDisabled(object: resourcev1.ResourceSlice, old?: resourcev1.ResourceSlice): void {
  const lists = ({ bools, ints, strings, versions }: resourcev1.DeviceAttribute) => bools ?? ints ?? strings ?? versions;
  const before = old?.spec?.devices ?? [];
  if (before.some(({ attributes = {} }) => Object.values(attributes).some(lists))) return;
  for (const { attributes = {} } of object.spec?.devices ?? [])
    for (const attribute of Object.values(attributes)) for (const list of LISTS) delete attribute[list];
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
    dropDisabled(object);
    timeTaints(object, ctx);
    firstGeneration(object);
  },
  prepareForUpdate(object, old, ctx) {
    dropDisabled(object, old);
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
