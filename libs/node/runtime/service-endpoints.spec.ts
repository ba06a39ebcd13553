import type { corev1, discoveryv1 } from '#api';
import { reachableEndpoints } from './service-endpoints.js';

interface Written {
  name: string;
  node?: string;
  zones?: string[];
  nodes?: string[];
  conditions?: discoveryv1.EndpointConditions;
}

const endpoint = ({ name, node, zones, nodes, conditions = { ready: true } }: Written): discoveryv1.Endpoint => ({
  addresses: [name],
  conditions,
  ...(node ? { nodeName: node } : {}),
  ...(zones || nodes
    ? {
        hints: {
          ...(zones ? { forZones: zones.map((zone) => ({ name: zone })) } : {}),
          ...(nodes ? { forNodes: nodes.map((each) => ({ name: each })) } : {}),
        },
      }
    : {}),
});
const gone = { ready: false, serving: false, terminating: true };
const ending = { ready: false, serving: true, terminating: true };
const LOCAL: corev1.ServiceSpec = { internalTrafficPolicy: 'Local' };

it.each<[string, corev1.ServiceSpec, Written[], { endpoints: string[]; dropped: boolean }]>([
  ['without hints', {}, [{ name: 'a' }, { name: 'b' }], { endpoints: ['a', 'b'], dropped: false }],
  [
    'for this zone',
    {},
    [
      { name: 'a', zones: ['y'] },
      { name: 'b', zones: ['z'] },
    ],
    { endpoints: ['b'], dropped: false },
  ],
  [
    'for other zones',
    {},
    [
      { name: 'a', zones: ['y'] },
      { name: 'b', zones: ['x'] },
    ],
    { endpoints: ['a', 'b'], dropped: false },
  ],
  ['of which one has no hint', {}, [{ name: 'a' }, { name: 'b', zones: ['z'] }], { endpoints: ['a', 'b'], dropped: false }],
  [
    'for this node',
    {},
    [
      { name: 'a', zones: ['z'], nodes: ['m'] },
      { name: 'b', zones: ['z'], nodes: ['n'] },
    ],
    { endpoints: ['b'], dropped: false },
  ],
  [
    'for other nodes of this zone',
    {},
    [
      { name: 'a', zones: ['z'], nodes: ['m'] },
      { name: 'b', zones: ['y'], nodes: ['o'] },
    ],
    { endpoints: ['a'], dropped: false },
  ],
  [
    'that are ending',
    {},
    [
      { name: 'a', conditions: gone },
      { name: 'b', conditions: ending },
    ],
    { endpoints: ['b'], dropped: false },
  ],
  [
    'on this node',
    LOCAL,
    [
      { name: 'a', node: 'm' },
      { name: 'b', node: 'n' },
    ],
    { endpoints: ['b'], dropped: false },
  ],
  ['on other nodes', LOCAL, [{ name: 'a', node: 'm' }], { endpoints: [], dropped: true }],
  ['that are none', LOCAL, [], { endpoints: [], dropped: false }],
])('endpoints %s', (_, spec, written, wanted) => {
  const { endpoints, dropped } = reachableEndpoints(spec, written.map(endpoint), { node: 'n', zone: 'z' });
  expect({ endpoints: endpoints.flatMap(({ addresses }) => addresses), dropped }).toEqual(wanted);
});
