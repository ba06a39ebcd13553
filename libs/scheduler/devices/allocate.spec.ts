import type { corev1, resourcev1 } from '#api';
import { allocate, devicesOn } from './allocate.js';

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
const sick: Exactly = { tolerations: [{ key: 'sick', operator: 'Exists' }], ...cel('device.attributes["d"].numa == 2') };

const given = (wanted: resourcev1.ResourceClaim[], taken: string[] = []) =>
  allocate(wanted, {
    node,
    devices: devicesOn(node, slices),
    taken: new Set(taken),
    deviceClass: (name) => (name === 'c' ? deviceClass : undefined),
  })?.map(({ devices }) => (devices?.results ?? []).map(({ request, device }) => `${request}=${device}`).join(' '));

const SAME = [{ matchAttribute: 'd/numa' }];

it.each<[string, resourcev1.ResourceClaim[], string[], string[] | undefined]>([
  ['the first device', [claim({ x: {} })], [], ['x=a']],
  ['the next one', [claim({ x: {} })], ['d/w/a'], ['x=b']],
  ['two claims', [claim({ x: {} }), claim({ y: {} })], [], ['x=a', 'y=b']],
  ['two devices', [claim({ x: { count: 2 } })], [], ['x=a x=b']],
  ['too many', [claim({ x: { count: 4 } })], [], undefined],
  ['all of them', [claim({ x: { allocationMode: 'All' } })], [], ['x=a x=b x=c']],
  ['all, of which one is taken', [claim({ x: { allocationMode: 'All' } })], ['d/w/b'], undefined],
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
  expect(() => given([claim({ x: cel('device.') })])).toThrow(/^claim r: CEL compile error: ERROR: <input>:1:8: Syntax error/);
});

it('the devices of the newest generation of a pool that the node reaches', () => {
  const pool = (generation: number) => ({ name: 'shared', generation, resourceSliceCount: 1 });
  const inZone = (zone: string): corev1.NodeSelector => ({
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] }],
  });
  const offered = devicesOn(node, [
    slice('old', { nodeName: undefined, allNodes: true, pool: pool(1), devices: [{ name: 'old' }] }),
    slice('new', { nodeName: undefined, allNodes: true, pool: pool(2), devices: [{ name: 'new' }] }),
    slice('near', { driver: 'e', nodeName: undefined, nodeSelector: inZone('a'), devices: [{ name: 'near' }] }),
    slice('far', { driver: 'f', nodeName: undefined, nodeSelector: inZone('b'), devices: [{ name: 'far' }] }),
    slice('other', { driver: 'g', nodeName: 'x', devices: [{ name: 'other' }] }),
  ]);
  expect(offered.map(({ device, elsewhere }) => [device.name, elsewhere])).toEqual([
    ['new', true],
    ['near', true],
  ]);
});
