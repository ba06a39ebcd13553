import type { resourcev1 } from '#api';
import { toStatusCause } from '#apimachinery';
import type { StrategyContext } from '#apiserver';
import { resourceSlice } from './resource-slice.js';

const slice = (spec: Partial<resourcev1.ResourceSliceSpec>): resourcev1.ResourceSlice => ({
  ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceSlice', metadata: { name: 's' } },
  spec: { driver: 'd', nodeName: 'n', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, ...spec },
});
const errorsOf = (spec: Partial<resourcev1.ResourceSliceSpec>) =>
  (resourceSlice.validate?.(slice(spec), {} as StrategyContext) ?? []).map((error) => {
    const { field, message } = toStatusCause(error);
    return `${field}: ${message}`;
  });
const device = (more: Partial<resourcev1.Device>) => errorsOf({ devices: [{ name: 'a', ...more }] });
const shared = (requestPolicy: resourcev1.CapacityRequestPolicy) =>
  device({ allowMultipleAllocations: true, capacity: { m: { value: '10', requestPolicy } } });

it.each<[string, string[], string[]]>([
  ['a device', device({ attributes: { model: { string: 'x' }, 'e.com/v': { version: '1.2.3-rc.1+b' } } }), []],
  [
    'no place',
    errorsOf({ nodeName: undefined }),
    ['spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'],
  ],
  ['all nodes: false', errorsOf({ allNodes: false }), ['spec.allNodes: Invalid value: false: must be either unset or set to true']],
  [
    'counters and devices',
    errorsOf({ devices: [], sharedCounters: [{ name: 'c', counters: { m: { value: '1' } } }] }),
    ['spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed'],
  ],
  [
    'a set without counters',
    errorsOf({ sharedCounters: [{ name: 'c', counters: {} }] }),
    ['spec.sharedCounters[0].counters: Required value'],
  ],
  ['a device twice', errorsOf({ devices: [{ name: 'a' }, { name: 'a' }] }), ['spec.devices[1]: Duplicate value: "a"']],
  [
    'two values',
    device({ attributes: { a: { int: 1, bool: true } } }),
    ['spec.devices[0].attributes[a]: Invalid value: "": exactly one value must be specified'],
  ],
  [
    'a version with leading zeros',
    device({ attributes: { a: { version: '1.02.3' } } }),
    ['spec.devices[0].attributes[a].version: Invalid value: "1.02.3": must be a string compatible with semver.org spec 2.0.0'],
  ],
  ['a taint without an effect', device({ taints: [{ key: 'k', effect: '' }] }), ['spec.devices[0].taints[0].effect: Required value']],
  [
    'an unknown effect',
    device({ taints: [{ key: 'k', effect: 'X' }] }),
    ['spec.devices[0].taints[0].effect: Unsupported value: "X": supported values: "NoExecute", "NoSchedule", "None"'],
  ],
  [
    'conditions of failure alone',
    device({ bindingFailureConditions: ['F'] }),
    ['spec.devices[0].bindingConditions: Invalid value: []: bindingConditions are required to use bindingFailureConditions'],
  ],
  [
    'a place of its own',
    device({ allNodes: true }),
    [
      'spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
    ],
  ],
  [
    'a policy of a device that is not shared',
    device({ capacity: { m: { value: '1', requestPolicy: {} } } }),
    ['spec.devices[0].capacity[m].requestPolicy: Forbidden: allowMultipleAllocations must be true'],
  ],
  [
    'values without a default',
    shared({ validValues: ['1'] }),
    ['spec.devices[0].capacity[m].requestPolicy.default: Required value: required when validValues is defined'],
  ],
  [
    'a default that is none of the values',
    shared({ default: '2', validValues: ['1', '11'] }),
    [
      'spec.devices[0].capacity[m].requestPolicy.validValues[1]: Invalid value: "11": option is larger than capacity value: 10',
      'spec.devices[0].capacity[m].requestPolicy.validValues: Invalid value: "2": default value is not valid according to the requestPolicy',
    ],
  ],
  ['a range', shared({ default: '3', validRange: { min: '1', max: '9', step: '2' } }), []],
  [
    'a default between the steps',
    shared({ default: '2', validRange: { min: '1', step: '2' } }),
    ['spec.devices[0].capacity[m].requestPolicy.validRange.step: Invalid value: "2": value is not a multiple of a given step (2) from (1)'],
  ],
  [
    'a step of nothing',
    shared({ default: '1', validRange: { min: '1', step: '0' } }),
    ['spec.devices[0].capacity[m].requestPolicy.validRange.step: Invalid value: "0": must be greater than zero'],
  ],
  [
    'counters of no set',
    device({ consumesCounters: [{ counterSet: '', counters: {} }] }),
    ['spec.devices[0].consumesCounters[0].counterSet: Required value', 'spec.devices[0].consumesCounters[0].counters: Required value'],
  ],
])('%s', (_, errors, wanted) => {
  expect(errors).toEqual(wanted);
});
