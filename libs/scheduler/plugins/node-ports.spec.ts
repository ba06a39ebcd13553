import { type corev1, Node, Pod } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone, changed, removed } from '../test-plugin.js';

const no = "not now: node(s) didn't have free ports for the requested pod ports";

/** A pod with host ports, each PROTOCOL/ADDRESS/PORT. */
function using(name: string, ports: string[], spec: Partial<corev1.PodSpec> = {}): corev1.Pod {
  const parsed = ports.map((text) => {
    const [protocol, hostIP, hostPort] = text.split('/');
    return { protocol, hostIP, hostPort: Number(hostPort), containerPort: Number(hostPort) } as corev1.ContainerPort;
  });
  return pod(name, { containers: [{ name: 'c', image: 'i', ports: parsed }], ...spec });
}

test.each<[string, string[], string[], string]>([
  ['no ports', [], [], 'fits'],
  ['another port', ['UDP/127.0.0.1/8080'], ['UDP/127.0.0.1/9090'], 'fits'],
  ['the same port', ['UDP/127.0.0.1/8080'], ['UDP/127.0.0.1/8080'], no],
  ['another address', ['TCP/127.0.0.1/8080'], ['TCP/127.0.0.2/8080'], 'fits'],
  ['another protocol', ['UDP/127.0.0.1/8080'], ['TCP/127.0.0.1/8080'], 'fits'],
  ['one of two', ['UDP/127.0.0.1/8080', 'UDP/127.0.0.1/8081'], ['UDP/127.0.0.1/8081'], no],
  ['all addresses wanted, one taken', ['TCP/0.0.0.0/8001'], ['TCP/127.0.0.1/8001'], no],
  ['one wanted, all taken', ['TCP/10.0.10.10/8001', 'TCP/0.0.0.0/8003'], ['TCP/0.0.0.0/8001'], no],
  ['all wanted, all taken', ['TCP/0.0.0.0/8001'], ['TCP//8001'], no],
  ['all wanted of another protocol', ['UDP/0.0.0.0/8001'], ['TCP/0.0.0.0/8001'], 'fits'],
  ['no host port, only a container port', ['TCP//0'], ['TCP//0'], 'fits'],
])('NodePorts: %s', (_, wanted, taken, expected) =>
  expect(alone('NodePorts').verdicts(using('p', wanted), world([node('n')], [using('q', taken, { nodeName: 'n' })]))).toEqual({
    n: expected,
  }),
);

test('ports of sidecars count, those of other init containers do not', () => {
  const ports = [{ containerPort: 80, hostPort: 80 }];
  const withInit = (restartPolicy?: string): corev1.Pod =>
    pod('q', { nodeName: 'n', initContainers: [{ name: 'i', image: 'i', ports, ...(restartPolicy && { restartPolicy }) }] });
  const verdict = (other: corev1.Pod) => alone('NodePorts').verdicts(using('p', ['TCP//80']), world([node('n')], [other]));
  expect([verdict(withInit('Always')), verdict(withInit())]).toEqual([{ n: no }, { n: 'fits' }]);
});

test.each<[string, string[], boolean]>([
  ['the port that it needs', ['TCP//80'], true],
  ['another one', ['TCP//81'], false],
])('a pod is deleted that had %s: it may help: %s', (_, ports, helps) => {
  const gone = using('q', ports, { nodeName: 'n' });
  expect(alone('NodePorts').helps(using('p', ['TCP//80']), { on: Pod, change: removed(gone), world: world([]) })).toBe(helps);
});

test('a new node may help', () =>
  expect(alone('NodePorts').helps(using('p', ['TCP//80']), { on: Node, change: changed(node('n')), world: world([]) })).toBe(true));
