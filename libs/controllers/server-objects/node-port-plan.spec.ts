import type { corev1 } from '#api';
import { planNodePorts } from './node-port-plan.js';

const RANGE = { first: 30000, last: 30100 };
const service = (name: string, ports: Array<[nodePort: number, protocol?: string]>, healthCheckNodePort?: number): corev1.Service => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'n' } },
  spec: {
    type: 'NodePort',
    ports: ports.map(([nodePort, protocol = 'TCP'], index) => ({ name: `p${index}`, port: 80 + index, nodePort, protocol })),
    ...(healthCheckNodePort === undefined ? {} : { healthCheckNodePort }),
  },
});
const shared = (port: number) => `PortAlreadyAllocated: Port ${port} was assigned to multiple services; please recreate service`;

it.each<[string, corev1.Service[], string[]]>([
  ['each Service has its own', [service('a', [[30001], [30002]]), service('b', [[30003]])], []],
  ['a port for two protocols', [service('a', [[30001], [30001, 'UDP']])], []],
  ['a port twice for one', [service('a', [[30001], [30001]])], [`a ${shared(30001)}`]],
  ['two Services have one: the second by name is told', [service('b', [[30001]]), service('a', [[30001]])], [`b ${shared(30001)}`]],
  ['the port of the health check', [service('a', [[30001]], 30009), service('b', [[30009]])], [`b ${shared(30009)}`]],
  [
    'a port outside of the range',
    [service('a', [[31000]])],
    ['a PortOutOfRange: Port 31000 is not within the port range 30000-30100; please recreate service'],
  ],
])('node ports: %s', (_, services, wanted) => {
  expect(
    planNodePorts(services, RANGE).map(({ service: { metadata }, reason, message }) => `${metadata.name} ${reason}: ${message}`),
  ).toEqual(wanted);
});
