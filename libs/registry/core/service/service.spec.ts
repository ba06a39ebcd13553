import type { corev1, networkingv1 } from '#api';
import { testCluster } from '#apiserver/test-cluster';
import { strategies } from '../../index.js';

const PATH = '/api/v1/namespaces/ns/services';
const service = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

async function cluster() {
  const { call } = await testCluster({ strategies });
  return {
    call,
    create: async (name: string, spec?: object) => {
      const answer = await call('POST', PATH, { body: service(name, spec) });
      return {
        status: answer.status,
        message: (answer.body as unknown as { message?: string }).message,
        ...(answer.body as unknown as corev1.Service),
      };
    },
    addresses: async () => {
      const { body } = await call('GET', '/apis/networking.k8s.io/v1/ipaddresses');
      return (body as unknown as networkingv1.IPAddressList).items;
    },
  };
}

test('a Service has an address, reserved by an IPAddress, and releases it', async () => {
  const { call, create, addresses } = await cluster();
  const [a, b] = [await create('a'), await create('b')];
  expect(a.spec).toMatchObject({ type: 'ClusterIP', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', clusterIPs: [a.spec.clusterIP] });
  expect(a.spec.clusterIP).not.toBe(b.spec.clusterIP);
  const held = (await addresses()).find(({ metadata }) => metadata.name === a.spec.clusterIP);
  expect(held?.spec?.parentRef).toEqual({ resource: 'services', namespace: 'ns', name: 'a' });
  expect(held?.metadata.labels).toEqual({
    'ipaddress.kubernetes.io/ip-family': 'IPv4',
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  });
  await call('DELETE', `${PATH}/a`);
  expect((await addresses()).map(({ metadata }) => metadata.name)).toEqual([b.spec.clusterIP]);
});

test('an address is allocated once', async () => {
  const { create } = await cluster();
  expect((await create('a', { clusterIP: '10.96.0.50' })).spec.clusterIPs).toEqual(['10.96.0.50']);
  expect((await create('b', { clusterIP: '10.96.0.50' })).message).toBe(
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.50"]: failed to allocate IP 10.96.0.50: provided IP is already allocated',
  );
  expect((await create('c', { clusterIP: '192.168.0.1' })).message).toBe(
    'Service "c" is invalid: spec.clusterIPs: Invalid value: ["192.168.0.1"]: failed to allocate IP 192.168.0.1: the provided network does not match the current range',
  );
});

test('headless and ExternalName Services need none', async () => {
  const { create, addresses } = await cluster();
  expect((await create('a', { clusterIP: 'None' })).spec.clusterIPs).toEqual(['None']);
  expect((await create('b', { type: 'ExternalName', externalName: 'example.com' })).spec.clusterIP).toBeUndefined();
  expect(await addresses()).toEqual([]);
});

test('a node port is shared by all protocols of a port, and allocated once', async () => {
  const { create } = await cluster();
  const ports = [
    { name: 'a', port: 53, protocol: 'TCP' },
    { name: 'b', port: 53, protocol: 'UDP' },
  ];
  const [tcp, udp] = (await create('dns', { type: 'NodePort', ports })).spec.ports ?? [];
  expect(tcp?.nodePort).toBeGreaterThanOrEqual(30000);
  expect(udp?.nodePort).toBe(tcp?.nodePort);
  expect((await create('web', { type: 'NodePort', ports: [{ port: 80, nodePort: tcp?.nodePort }] })).message).toBe(
    `Service "web" is invalid: spec.ports[0].nodePort: Invalid value: ${tcp?.nodePort}: provided port is already allocated`,
  );
});

test('a Service keeps its address and ports when they are omitted, and can change its type', async () => {
  const { call, create, addresses } = await cluster();
  const made = await create('a', { type: 'NodePort' });
  const put = async (spec: object) =>
    (await call('PUT', `${PATH}/a`, { body: service('a', spec) })).body as unknown as corev1.Service & { message?: string };
  const kept = await put({ type: 'NodePort' });
  expect([kept.spec.clusterIP, kept.spec.ports?.[0]?.nodePort]).toEqual([made.spec.clusterIP, made.spec.ports?.[0]?.nodePort]);
  expect((await put({ type: 'ClusterIP' })).spec.ports?.[0]?.nodePort).toBeUndefined();
  const named = await put({ type: 'ExternalName', externalName: 'example.com' });
  expect([named.spec.clusterIP, await addresses()]).toEqual([undefined, []]);
  expect((await put({ type: 'ClusterIP' })).spec.clusterIP).toMatch(/^10\./);
});

test('a cluster IP is immutable', async () => {
  const { call, create } = await cluster();
  await create('a');
  const { body } = await call('PUT', `${PATH}/a`, { body: service('a', { clusterIP: '10.96.9.9' }) });
  expect((body as unknown as { message: string }).message).toBe(
    'Service "a" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.9.9"]: may not change once set',
  );
});
