import type { corev1, resourcev1 } from '#api';
import type { DeviceDriver } from '#component-helpers';
import { planSlices } from './plan.js';

const driver: DeviceDriver = { name: 'gpu.example.com', gpus: 1, partitions: 0, shared: false, binding: false };
const node: corev1.Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'u' }, spec: {} };
const made = (by: Partial<DeviceDriver>, generation = 1): resourcev1.ResourceSlice[] =>
  planSlices({ ...driver, ...by }, node, []).create.map((slice) => ({
    ...slice,
    metadata: { ...slice.metadata, name: `${slice.metadata.generateName}abcde` },
    spec: { ...slice.spec, pool: { ...slice.spec.pool, generation } },
  }));
const [one] = made({});
const other = (more: Partial<resourcev1.ResourceSliceSpec>, name = 'strange'): resourcev1.ResourceSlice[] =>
  one ? [{ ...one, metadata: { ...one.metadata, name }, spec: { ...one.spec, ...more } }] : [];

const shown = ({ metadata, spec }: resourcev1.ResourceSlice) =>
  `${metadata.name || metadata.generateName} ${spec.pool.generation}/${spec.pool.resourceSliceCount} ${spec.devices?.length ?? 0}`;

it.each<[string, Partial<DeviceDriver>, resourcev1.ResourceSlice[], object]>([
  ['at first', {}, [], { create: ['00000-gpu.example.com-n- 1/1 1'] }],
  ['nothing to do', {}, made({}), {}],
  ['one slice changes', { gpus: 2 }, made({}, 4), { update: ['00000-gpu.example.com-n-abcde 4/1 2'] }],
  [
    'more slices',
    { partitions: 1 },
    made({}),
    { create: ['00001-gpu.example.com-n- 2/2 2'], update: ['00000-gpu.example.com-n-abcde 2/2 0'] },
  ],
  [
    'fewer slices',
    {},
    made({ partitions: 1 }),
    { update: ['00000-gpu.example.com-n-abcde 1/1 1'], remove: ['00001-gpu.example.com-n-abcde 1/2 2'] },
  ],
  ['no devices any more', { gpus: 200 }, made({}), { remove: ['00000-gpu.example.com-n-abcde 1/1 1'] }],
  ['a slice of an older generation', {}, [...made({}), ...made({}, 2)], { remove: ['00000-gpu.example.com-n-abcde 1/1 1'] }],
  ['a strange name', {}, [...made({}), ...other({})], { remove: ['strange 1/1 1'] }],
  [
    'another pool',
    {},
    [...made({}), ...other({ pool: { name: 'p', generation: 9, resourceSliceCount: 1 } }, '00000-x')],
    { remove: ['00000-x 9/1 1'] },
  ],
])('slices of a node: %s', (_, more, existing, expected) => {
  const plan = planSlices({ ...driver, ...more }, node, existing);
  const { create, update, remove } = plan;
  expect({ create: create.map(shown), update: update.map(shown), remove: remove.map(shown) }).toEqual({
    ...{ create: [], update: [], remove: [] },
    ...expected,
  });
});
