import { healthFrom } from './health.js';

const node = (status: string) => ({ status: { conditions: [{ type: 'Ready', status }] } }) as never;
const pod = (phase: string) => ({ status: { phase } }) as never;
const component = (name: string, status: string) => ({ metadata: { name }, conditions: [{ type: 'Healthy', status }] }) as never;

const well = {
  nodes: [node('True'), node('True')],
  pods: [pod('Running'), pod('Succeeded')],
  components: [component('etcd-0', 'True')],
  faults: 0,
};

test('a cluster in which all is well', () =>
  expect(healthFrom(well)).toEqual({
    healthy: true,
    nodes: 2,
    nodesReady: 2,
    pods: 2,
    podsNotRunning: 0,
    unhealthyComponents: [],
    faults: 0,
  }));

test.each([
  ['a node that is not ready', { nodes: [node('True'), node('Unknown')] }, { nodesReady: 1 }],
  ['a pod that does not run', { pods: [pod('Pending'), pod('Failed')] }, { podsNotRunning: 2 }],
  ['a component that is not healthy', { components: [component('scheduler', 'False')] }, { unhealthyComponents: ['scheduler'] }],
  ['a fault', { faults: 1 }, { faults: 1 }],
])('%s', (_what, seen, expected) => expect(healthFrom({ ...well, ...seen })).toMatchObject({ healthy: false, ...expected }));
