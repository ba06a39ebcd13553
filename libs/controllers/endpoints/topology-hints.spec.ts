import type { corev1, discoveryv1 } from '#api';
import { addTopologyHints, isOverloaded, zoneRatios } from './topology-hints.js';
import { hintForDistribution, withoutHints } from './traffic-distribution.js';

const node = (name: string, zone: string | undefined, cpu: string, ready = 'True', role?: string): corev1.Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    labels: { ...(zone ? { 'topology.kubernetes.io/zone': zone } : {}), ...(role ? { [`node-role.kubernetes.io/${role}`]: '' } : {}) },
  },
  spec: {},
  status: { allocatable: { cpu }, conditions: [{ type: 'Ready', status: ready }] },
});

it.each<[string, corev1.Node[], Array<[string, number]> | undefined]>([
  [
    'two zones',
    [node('1', 'b', '3'), node('2', 'a', '1000m')],
    [
      ['a', 0.25],
      ['b', 0.75],
    ],
  ],
  [
    'the control plane does not count',
    [node('1', 'a', '1'), node('2', 'b', '1'), node('3', undefined, '1', 'True', 'control-plane')],
    [
      ['a', 0.5],
      ['b', 0.5],
    ],
  ],
  ['nodes that are not ready do not count', [node('1', 'a', '1'), node('2', 'b', '1', 'False')], undefined],
  ['a node without a zone', [node('1', 'a', '1'), node('2', 'b', '1'), node('3', undefined, '1')], undefined],
  ['a node without CPUs', [node('1', 'a', '1'), node('2', 'b', '0')], undefined],
])('shares of the zones: %s', (_, nodes, wanted) => {
  const ratios = zoneRatios(nodes);
  expect(ratios && [...ratios]).toEqual(wanted);
});

/** Endpoints as `zone`, `zone>hint`, or `!zone` for one that is not ready. */
const slice = (name: string, ...texts: string[]): discoveryv1.EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name },
  addressType: 'IPv4',
  endpoints: texts.map((text, index) => {
    const [zone = '', hint] = text.replace('!', '').split('>');
    return {
      addresses: [`10.0.0.${index}`],
      conditions: { ready: !text.startsWith('!') },
      nodeName: `n-${zone}`,
      ...(zone ? { zone } : {}),
      ...(hint ? { hints: { forZones: [{ name: hint }] } } : {}),
    };
  }),
});

const text = ({ zone = '', conditions, hints }: discoveryv1.Endpoint): string => {
  const names = [...(hints?.forZones ?? []), ...(hints?.forNodes ?? [])].map(({ name }) => name);
  return `${conditions?.ready ? '' : '!'}${zone}${names.length > 0 ? `>${names.join('+')}` : ''}`;
};
const shown = (slices: discoveryv1.EndpointSlice[]) =>
  slices.map(({ metadata, endpoints = [] }) => `${metadata.name}: ${endpoints.map(text).join(' ')}`);

const EVEN = new Map([
  ['a', 0.5],
  ['b', 0.5],
]);
const UNEVEN = new Map([
  ['a', 0.75],
  ['b', 0.25],
]);

interface Case {
  of: string;
  ratios: ReadonlyMap<string, number> | undefined;
  create?: string[];
  unchanged?: string[];
  before?: boolean;
  wanted: { written: string[]; unchanged: string[]; event?: string };
}

const DISABLED = 'Warning TopologyAwareHintsDisabled';

it.each<Case>([
  {
    of: 'two zones, evenly',
    ratios: EVEN,
    create: ['a', 'b', '!b'],
    wanted: {
      written: ['c: a>a b>b !b'],
      unchanged: [],
      event: 'Normal TopologyAwareHintsEnabled Topology Aware Hints has been enabled, addressType: IPv4',
    },
  },
  {
    of: 'a zone that gives',
    ratios: EVEN,
    create: ['a', 'a', 'a', 'b'],
    before: true,
    wanted: { written: ['c: a>b a>a a>a b>b'], unchanged: [] },
  },
  {
    of: 'a zone with more CPUs',
    ratios: UNEVEN,
    create: ['a', 'a', 'b', 'b'],
    before: true,
    wanted: { written: ['c: a>a a>a b>a b>b'], unchanged: [] },
  },
  { of: 'hints that stand', ratios: EVEN, unchanged: ['a>a', 'b>b'], before: true, wanted: { written: [], unchanged: ['u: a>a b>b'] } },
  {
    of: 'a hint for a zone that is gone',
    ratios: EVEN,
    unchanged: ['a>c', 'b>b'],
    before: true,
    wanted: { written: ['u: a>a b>b'], unchanged: [] },
  },
  {
    of: 'no nodes',
    ratios: undefined,
    unchanged: ['a>a', 'b>b'],
    before: true,
    wanted: {
      written: ['u: a b'],
      unchanged: [],
      event: `${DISABLED} Insufficient Node information: allocatable CPU or zone not specified on one or more nodes, addressType: IPv4`,
    },
  },
  {
    of: 'too few endpoints',
    ratios: EVEN,
    create: ['a'],
    wanted: {
      written: ['c: a'],
      unchanged: [],
      event: `${DISABLED} Insufficient number of endpoints (1 endpoints, 2 zones), addressType: IPv4`,
    },
  },
  {
    of: 'an endpoint without a zone',
    ratios: EVEN,
    create: ['a', 'a', 'b', ''],
    wanted: {
      written: ['c: a a b '],
      unchanged: [],
      event: `${DISABLED} One or more endpoints do not have a zone specified, addressType: IPv4`,
    },
  },
  {
    of: 'shares that endpoints cannot be divided into',
    ratios: new Map([
      ['a', 0.45],
      ['b', 0.45],
      ['c', 0.1],
    ]),
    create: ['a', 'b', 'c'],
    wanted: {
      written: ['c: a b c'],
      unchanged: [],
      event: `${DISABLED} Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 3 zones), addressType: IPv4`,
    },
  },
])('topology hints: $of', ({ ratios, create, unchanged, before = false, wanted }) => {
  const slices = { create: create ? [slice('c', ...create)] : [], update: [], unchanged: unchanged ? [slice('u', ...unchanged)] : [] };
  const { slices: hinted, event } = addTopologyHints(slices, { ratios, addressType: 'IPv4', before });
  expect({
    written: shown([...hinted.create, ...hinted.update]),
    unchanged: shown(hinted.unchanged),
    ...(event ? { event: `${event.type} ${event.reason} ${event.message}` } : {}),
  }).toEqual(wanted);
});

it.each<[string, string[], boolean]>([
  ['without hints', ['a', 'b'], false],
  ['with enough', ['a>a', 'b>b'], false],
  ['with a zone that has none', ['a>a', 'a>a'], true],
  ['with a zone that has too few', ['a>a', 'a>a', 'a>a', 'a>a', 'b>b'], true],
])('a Service is overloaded: %s', (_, endpoints, wanted) => {
  expect(isOverloaded([slice('s', ...endpoints)], EVEN)).toBe(wanted);
});

it.each<[string, string, string[], string[]]>([
  ['the zone', 'PreferSameZone', ['c: a>a !b ', 'x: a>a'], ['u: a>a']],
  ['the zone, as it was called', 'PreferClose', ['c: a>a !b ', 'x: a>a'], ['u: a>a']],
  ['the zone and the node', 'PreferSameNode', ['c: a>a+n-a !b >n-', 'x: a>a+n-a', 'u: a>a+n-a'], []],
])('traffic distribution: hints for %s', (_, distribution, written, unchanged) => {
  const slices = { create: [slice('c', 'a', '!b', '')], update: [], unchanged: [slice('x', 'a'), slice('u', 'a>a')] };
  const hinted = hintForDistribution(distribution, slices);
  expect([shown([...hinted.create, ...hinted.update]), shown(hinted.unchanged)]).toEqual([written, unchanged]);
});

it('hints are removed when nothing asks for them', () => {
  const { update, unchanged } = withoutHints({ create: [], update: [], unchanged: [slice('x', 'a>a', '!b'), slice('u', 'a')] });
  expect([shown(update), shown(unchanged)]).toEqual([['x: a !b'], ['u: a']]);
});
