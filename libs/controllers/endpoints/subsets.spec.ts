import { describe, expect, it } from '@jest/globals';
import type { corev1 } from '#api';
import { subsetsOf } from './subsets.js';

function service(spec: Partial<corev1.ServiceSpec> = {}): corev1.Service {
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'svc', namespace: 'ns' },
    spec: { clusterIP: '10.96.0.9', ports, ...spec },
  };
}

function pod(name: string, ip: string, { ready = true, port = 1 } = {}): corev1.Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ns', uid: name },
    spec: { nodeName: 'n1', containers: [{ name: 'c', ports: [{ name: 'named', containerPort: port, protocol: 'TCP' }] }] },
    status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

const address = (name: string, ip: string) => ({ ip, nodeName: 'n1', targetRef: { kind: 'Pod', namespace: 'ns', name, uid: name } });
const http = { name: 'http', port: 8080, protocol: 'TCP' };

describe('subsetsOf', () => {
  it.each<[string, corev1.Service, corev1.Pod[], corev1.EndpointSubset[]]>([
    ['no pods', service(), [], []],
    [
      'ready and not ready pods, by address',
      service(),
      [pod('b', '10.0.0.2'), pod('a', '10.0.0.1'), pod('c', '10.0.0.3', { ready: false })],
      [{ addresses: [address('a', '10.0.0.1'), address('b', '10.0.0.2')], notReadyAddresses: [address('c', '10.0.0.3')], ports: [http] }],
    ],
    [
      'pods that are to be published before they are ready',
      service({ publishNotReadyAddresses: true }),
      [pod('c', '10.0.0.3', { ready: false })],
      [{ addresses: [address('c', '10.0.0.3')], ports: [http] }],
    ],
    [
      'ports with the same pods are combined, others are separate',
      service({
        ports: [
          { name: 'http', port: 80, targetPort: 8080 },
          { name: 'n', port: 81, targetPort: 'named' },
        ],
      }),
      [pod('a', '10.0.0.1', { port: 1 }), pod('b', '10.0.0.2', { port: 2 })],
      [
        { addresses: [address('a', '10.0.0.1'), address('b', '10.0.0.2')], ports: [http] },
        { addresses: [address('a', '10.0.0.1')], ports: [{ name: 'n', port: 1, protocol: 'TCP' }] },
        { addresses: [address('b', '10.0.0.2')], ports: [{ name: 'n', port: 2, protocol: 'TCP' }] },
      ],
    ],
    [
      'a headless service without ports',
      service({ clusterIP: 'None', ports: [] }),
      [pod('a', '10.0.0.1')],
      [{ addresses: [address('a', '10.0.0.1')] }],
    ],
    ['a port that no container has', service({ ports: [{ port: 80, targetPort: 'other' }] }), [pod('a', '10.0.0.1')], []],
  ])('%s', (_, of, pods, expected) => {
    expect(subsetsOf(of, pods)).toEqual({ subsets: expected, truncated: false });
  });

  it('contains a thousand addresses, ready ones first', () => {
    const pods = Array.from({ length: 1100 }, (_, index) => pod(`p${index}`, `10.0.${index >> 8}.${index & 255}`, { ready: index >= 550 }));
    const { subsets, truncated } = subsetsOf(service(), pods);
    expect([truncated, subsets[0]?.addresses?.length, subsets[0]?.notReadyAddresses?.length]).toEqual([true, 550, 450]);
  });

  it('divides the thousand among subsets, each with its share', () => {
    const named = [{ name: 'n', port: 81, targetPort: 'named' }];
    const pods = Array.from({ length: 1500 }, (_, index) =>
      pod(`p${index}`, `10.0.${index >> 8}.${index & 255}`, { port: index < 500 ? 1 : 2 }),
    );
    const { subsets } = subsetsOf(service({ ports: named }), pods);
    expect(subsets.map(({ addresses, ports }) => [ports?.[0]?.port, addresses?.length])).toEqual([
      [1, 334],
      [2, 666],
    ]);
  });

  it('leaves out addresses that are not ready in one subset before ready ones in another', () => {
    const named = [{ name: 'n', port: 81, targetPort: 'named' }];
    const pods = Array.from({ length: 1500 }, (_, index) =>
      pod(`p${index}`, `10.0.${index >> 8}.${index & 255}`, { port: index < 700 ? 1 : 2, ready: index >= 700 }),
    );
    const { subsets } = subsetsOf(service({ ports: named }), pods);
    expect(subsets.map(({ addresses = [], notReadyAddresses = [] }) => [addresses.length, notReadyAddresses.length])).toEqual([
      [0, 200],
      [800, 0],
    ]);
  });
});
