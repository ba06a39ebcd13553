import type { corev1, resourcev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import { type Allocated, allocate, type Supply } from './allocate.js';
import { Slices } from './pools.js';

const node: corev1.Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'w', labels: { zone: 'a' } }, spec: {} };

const slice = (name: string, spec: Partial<resourcev1.ResourceSliceSpec>): resourcev1.ResourceSlice => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceSlice',
  metadata: { name },
  spec: { driver: 'd', nodeName: 'w', pool: { name: 'w', generation: 1, resourceSliceCount: 1 }, ...spec },
});
const deviceClass: resourcev1.DeviceClass = { apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name: 'c' }, spec: {} };
const slices = [
  slice('local', {
    devices: [
      { name: 'a', attributes: { numa: { int: 0 }, version: { version: '1.2.0' } } },
      { name: 'b', attributes: { numa: { int: 1 }, version: { version: '2.0.0' } } },
      { name: 'c', attributes: { numa: { int: 1 } }, capacity: { memory: { value: '8Gi' } } },
      { name: 't', attributes: { numa: { int: 2 } }, taints: [{ key: 'sick', effect: 'NoSchedule' }] },
    ],
  }),
];

type Exactly = Partial<resourcev1.ExactDeviceRequest>;
const claim = (requests: Record<string, Exactly>, constraints: resourcev1.DeviceConstraint[] = []): resourcev1.ResourceClaim => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: { name: 'r', namespace: 'n' },
  spec: {
    devices: {
      requests: Object.entries(requests).map(([name, exactly]) => ({ name, exactly: { deviceClassName: 'c', ...exactly } })),
      constraints,
    },
  },
});
const cel = (expression: string): Exactly => ({ selectors: [{ cel: { expression } }] });
const HEALTHY = cel('device.attributes["d"].numa < 2');
const sick: Exactly = { tolerations: [{ key: 'sick', operator: 'Exists' }], ...cel('device.attributes["d"].numa == 2') };

const supply = (offered: resourcev1.ResourceSlice[], taken: string[], capacity: Allocated['capacity']): Supply => ({
  node,
  pools: new Slices(offered).poolsFor(node),
  allocated: { devices: new Set(taken), capacity },
  deviceClass: (name) => (name === 'c' ? deviceClass : undefined),
});

const given = (wanted: resourcev1.ResourceClaim[], taken: string[] = [], { offered = slices } = {}) =>
  allocate(wanted, supply(offered, taken, new Map()))?.map(({ devices }) =>
    (devices?.results ?? []).map(({ request, device }) => `${request}=${device}`).join(' '),
  );

const SAME = [{ matchAttribute: 'd/numa' }];

it.each<[string, resourcev1.ResourceClaim[], string[], string[] | undefined]>([
  ['the first device', [claim({ x: {} })], [], ['x=a']],
  ['the next one', [claim({ x: {} })], ['d/w/a'], ['x=b']],
  ['two claims', [claim({ x: {} }), claim({ y: {} })], [], ['x=a', 'y=b']],
  ['two devices', [claim({ x: { count: 2 } })], [], ['x=a x=b']],
  ['too many', [claim({ x: { count: 4 } })], [], undefined],
  ['all of them', [claim({ x: { allocationMode: 'All', ...HEALTHY } })], [], ['x=a x=b x=c']],
  ['all, of which one is tainted', [claim({ x: { allocationMode: 'All' } })], [], undefined],
  ['all, of which one is taken', [claim({ x: { allocationMode: 'All', ...HEALTHY } })], ['d/w/b'], undefined],
  ['devices with the same attribute', [claim({ x: { count: 2 } }, SAME)], [], ['x=b x=c']],
  ['devices with different attributes', [claim({ x: { count: 2 } }, [{ distinctAttribute: 'd/numa' }])], ['d/w/a'], undefined],
  ['a selector by attribute', [claim({ x: cel('device.attributes["d"].numa == 1') })], [], ['x=b']],
  [
    'a selector by capacity',
    [claim({ x: cel('"memory" in device.capacity["d"] || device.attributes["d"].numa > 5') })],
    ['d/w/c'],
    undefined,
  ],
  [
    'a selector by version',
    [claim({ x: cel('"version" in device.attributes["d"] && device.attributes["d"].version.isGreaterThan(semver("1.9.0"))') })],
    [],
    ['x=b'],
  ],
  ['a tainted device', [claim({ x: sick })], [], ['x=t']],
  ['a tainted device, not tolerated', [claim({ x: cel('device.attributes["d"].numa == 2') })], [], undefined],
  ['a device that is taken, for administrators', [claim({ x: { adminAccess: true } })], ['d/w/a'], ['x=a']],
])('%s', (_, wanted, taken, expected) => {
  expect(given(wanted, taken)).toEqual(expected);
});

it('the first alternative that there is', () => {
  const wanted = claim({});
  wanted.spec.devices = {
    requests: [
      {
        name: 'x',
        firstAvailable: [
          { name: 'many', deviceClassName: 'c', count: 9 },
          { name: 'one', deviceClassName: 'c' },
        ],
      },
    ],
  };
  expect(given([wanted])).toEqual(['x/one=a']);
});

it('a selector that does not compile says so', () => {
  expect(() => given([claim({ x: cel('device.') })])).toThrow(
    /^claim n\/r: selector #0: CEL compile error: compilation failed: ERROR: <input>:1:8: Syntax error/,
  );
});

it('a selector that fails for a device says so', () => {
  const missing = claim({ x: cel('device.attributes["other"].none == 1') });
  expect(() => given([missing])).toThrow('claim n/r: selector #0: CEL runtime error: no such key: none');
});

describe('pools', () => {
  const pool = (generation: number, count = 1) => ({ name: 'shared', generation, resourceSliceCount: count });
  const inZone = (zone: string): corev1.NodeSelector => ({
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] }],
  });
  const everywhere = { nodeName: undefined, allNodes: true };
  const names = (...all: resourcev1.ResourceSlice[]) =>
    new Slices(all)
      .poolsFor(node)
      .map(({ driver, incomplete, invalid, offered }) =>
        [driver, ...(incomplete ? ['incomplete'] : []), ...(invalid ? ['invalid'] : []), ...offered.map(({ device }) => device.name)].join(
          ' ',
        ),
      );

  it.each<[string, resourcev1.ResourceSlice[], string[]]>([
    [
      'the newest generation',
      [
        slice('old', { ...everywhere, pool: pool(1), devices: [{ name: 'old' }] }),
        slice('new', { ...everywhere, pool: pool(2), devices: [{ name: 'new' }] }),
      ],
      ['d new'],
    ],
    [
      'what the node reaches',
      [
        slice('near', { driver: 'e', nodeName: undefined, nodeSelector: inZone('a'), devices: [{ name: 'near' }] }),
        slice('far', { driver: 'f', nodeName: undefined, nodeSelector: inZone('b'), devices: [{ name: 'far' }] }),
        slice('other', { driver: 'g', nodeName: 'x', devices: [{ name: 'other' }] }),
      ],
      ['e near'],
    ],
    [
      'devices that the node reaches',
      [
        slice('each', {
          ...{ nodeName: undefined, perDeviceNodeSelection: true },
          devices: [
            { name: 'here', nodeName: 'w' },
            { name: 'there', nodeName: 'x' },
            { name: 'all', allNodes: true },
          ],
        }),
      ],
      ['d here all'],
    ],
    ['slices are missing', [slice('one', { pool: pool(1, 2), devices: [{ name: 'a' }] })], ['d incomplete']],
    ['a name twice', [slice('one', { devices: [{ name: 'a' }, { name: 'a' }] })], ['d invalid a a']],
    [
      'a counter that there is not',
      [slice('one', { devices: [{ name: 'a', consumesCounters: [{ counterSet: 's', counters: { m: { value: '1' } } }] }] })],
      ['d invalid a'],
    ],
    [
      'pools with binding conditions are last',
      [
        slice('a', { driver: 'a', devices: [{ name: 'a', bindingConditions: ['Ready'], bindingFailureConditions: ['Failed'] }] }),
        slice('b', { driver: 'b', devices: [{ name: 'b' }] }),
      ],
      ['b b', 'a a'],
    ],
  ])('%s', (_, all, wanted) => {
    expect(names(...all)).toEqual(wanted);
  });

  it('devices of an incomplete pool are not given, and all of them cannot be asked for', () => {
    const offered = [slice('one', { pool: pool(1, 2), devices: [{ name: 'a' }] })];
    expect(given([claim({ x: {} })], [], { offered })).toBeUndefined();
    expect(() => given([claim({ x: { allocationMode: 'All' } })], [], { offered })).toThrow(
      'claim n/r, request x: asks for all devices, but resource pool d/shared is currently being updated',
    );
  });
});

describe('counters', () => {
  /** A card of 40 GB, as a whole, in halves and quarters. */
  const part = (name: string, memory: string): resourcev1.Device => ({
    name,
    consumesCounters: [{ counterSet: 'card', counters: { memory: { value: memory } } }],
  });
  const pool = { name: 'w', generation: 1, resourceSliceCount: 2 };
  const offered = [
    slice('counters', { pool, sharedCounters: [{ name: 'card', counters: { memory: { value: '40Gi' } } }] }),
    slice('parts', { pool, devices: [part('whole', '40Gi'), part('half-1', '20Gi'), part('half-2', '20Gi'), part('quarter', '10Gi')] }),
  ];

  it.each<[string, resourcev1.ResourceClaim[], string[], string[] | undefined]>([
    ['the whole', [claim({ x: {} })], [], ['x=whole']],
    ['two parts', [claim({ x: { count: 2 } })], [], ['x=half-1 x=half-2']],
    ['two claims', [claim({ x: {} }), claim({ y: {} })], [], ['x=half-1', 'y=half-2']],
    ['more than there is', [claim({ x: { count: 3 } })], [], undefined],
    ['what another claim leaves', [claim({ x: {} })], ['d/w/half-1'], ['x=half-2']],
    ['nothing is left', [claim({ x: {} })], ['d/w/whole'], undefined],
  ])('%s', (_, wanted, taken, expected) => {
    expect(given(wanted, taken, { offered })).toEqual(expected);
  });
});

describe('capacity of shared devices', () => {
  const offered = [
    slice('nic', {
      devices: [
        {
          name: 'nic',
          allowMultipleAllocations: true,
          capacity: { bandwidth: { value: '10G', requestPolicy: { default: '1G', validRange: { min: '1G', step: '1G', max: '8G' } } } },
        },
      ],
    }),
  ];
  const wants = (bandwidth: string): Exactly => ({ capacity: { requests: { bandwidth } } });

  it.each<[string, resourcev1.ResourceClaim[], string | undefined, string[] | undefined]>([
    ['a part', [claim({ x: wants('2G') })], undefined, ['2G']],
    ['the default', [claim({ x: {} })], undefined, ['1G']],
    ['rounded up', [claim({ x: wants('1500M') })], undefined, ['2G']],
    ['several claims', [claim({ x: wants('6G') }), claim({ y: wants('4G') })], undefined, ['6G', '4G']],
    ['more than there is', [claim({ x: wants('6G') }), claim({ y: wants('5G') })], undefined, undefined],
    ['more than others leave', [claim({ x: wants('3G') })], '8G', undefined],
    ['more than one may have', [claim({ x: wants('9G') })], undefined, undefined],
    ['a capacity that there is not', [claim({ x: { capacity: { requests: { memory: '1G' } } } })], undefined, undefined],
  ])('%s', (_, wanted, used, expected) => {
    const capacity = new Map(used ? [['d/w/nic', new Map([['bandwidth', parseQuantity(used)]])]] : []);
    const results = allocate(wanted, supply(offered, [], capacity))?.flatMap(({ devices }) => devices?.results ?? []);
    expect(results?.map(({ consumedCapacity }) => consumedCapacity?.bandwidth)).toEqual(expected);
  });

  it('each share has an id of its own', () => {
    const results = allocate([claim({ x: {} }), claim({ y: {} })], supply(offered, [], new Map()))?.flatMap(
      ({ devices }) => devices?.results,
    );
    expect(results).toEqual([
      {
        request: 'x',
        driver: 'd',
        pool: 'w',
        device: 'nic',
        shareID: expect.stringMatching(/^[0-9a-f-]{36}$/),
        consumedCapacity: { bandwidth: '1G' },
      },
      {
        request: 'y',
        driver: 'd',
        pool: 'w',
        device: 'nic',
        shareID: expect.stringMatching(/^[0-9a-f-]{36}$/),
        consumedCapacity: { bandwidth: '1G' },
      },
    ]);
  });
});

it('an allocation says where it can be used, and how its devices are configured', () => {
  const configured = { ...deviceClass, spec: { config: [{ opaque: { driver: 'd', parameters: { of: 'class' } } }] } };
  const wanted = claim({ x: {}, y: {} });
  wanted.spec.devices = { ...wanted.spec.devices, config: [{ requests: ['y'], opaque: { driver: 'd', parameters: { of: 'claim' } } }] };
  expect(allocate([wanted], { ...supply(slices, [], new Map()), deviceClass: () => configured })).toEqual([
    {
      devices: {
        results: [
          { request: 'x', driver: 'd', pool: 'w', device: 'a' },
          { request: 'y', driver: 'd', pool: 'w', device: 'b' },
        ],
        config: [
          { source: 'FromClass', requests: ['x', 'y'], opaque: { driver: 'd', parameters: { of: 'class' } } },
          { source: 'FromClaim', requests: ['y'], opaque: { driver: 'd', parameters: { of: 'claim' } } },
        ],
      },
      nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['w'] }] }] },
    },
  ]);
});
