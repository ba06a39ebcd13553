import { expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { admissionPlugins } from '#admission';
import { type corev1, Event, IPAddress, Service, ServiceCIDR } from '#api';
import { forbidden } from '#apimachinery';
import { type AdmissionPlugin, MANIFEST } from '#apiserver';
import { type LocalClusterOptions, NodeFiles } from '#cluster';
import { openCluster } from './story.js';

async function start(options: LocalClusterOptions = {}) {
  const cluster = await openCluster(options);
  await cluster.settle();
  const files = await NodeFiles.of(cluster.api);
  /** Gives kube-apiserver a flag. */
  const setFlag = async (name: string, value: string) => {
    const pod: corev1.Pod = parse((await files.read(MANIFEST)) ?? '');
    const [container] = pod.spec.containers;
    if (container)
      container.command = [...(container.command ?? []).filter((word) => !word.startsWith(`--${name}=`)), `--${name}=${value}`];
    await files.write(MANIFEST, stringify(pod));
    await cluster.settle();
  };
  const warnings = async (source: string) =>
    (await cluster.client.list(Event)).items
      .filter((event) => event.source?.component === source || event.reportingComponent === source)
      .map(({ involvedObject, reason, message }) => [`${involvedObject.kind} ${involvedObject.name}`, reason, message]);
  const range = async () => {
    const { spec, status } = await cluster.client.get(ServiceCIDR, 'kubernetes');
    return [spec?.cidrs, status?.conditions?.map(({ type, status, reason }) => [type, status, reason])];
  };
  return { ...cluster, setFlag, warnings, range };
}

const service = (name: string, spec: Partial<corev1.ServiceSpec> = {}): corev1.Service => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' } },
  spec: { ports: [{ port: 80 }], ...spec },
});
const cidr = (name: string, ...cidrs: string[]) => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name } },
  spec: { cidrs },
});

it('kubernetes-service: the Service kubernetes is made again when somebody deletes it, with its address and port', async () => {
  const { client, settle } = await start();
  const before = await client.get(Service, 'kubernetes', 'default');
  await client.delete(Service, 'kubernetes', 'default');
  await settle();
  const after = await client.get(Service, 'kubernetes', 'default');
  expect([after.spec, after.metadata.labels]).toEqual([before.spec, before.metadata.labels]);
  expect(after.metadata.uid).not.toBe(before.metadata.uid);
  const parentRef = { resource: 'services', namespace: 'default', name: 'kubernetes' };
  expect((await client.get(IPAddress, '10.96.0.1')).spec).toEqual({ parentRef });
});

it('kubernetes-service: what somebody changes of it stays', async () => {
  const { client, settle } = await start();
  await client.patch(Service, 'kubernetes', 'default', 'merge', {
    metadata: { labels: { mine: 'yes' } },
    spec: { sessionAffinity: 'ClientIP' },
  });
  await settle();
  const { metadata, spec } = await client.get(Service, 'kubernetes', 'default');
  expect([metadata.labels?.mine, spec.sessionAffinity]).toEqual(['yes', 'ClientIP']);
});

it('default-service-cidr: the ServiceCIDR kubernetes is made again once it could be removed', async () => {
  const { client, advance, range } = await start();
  await client.delete(ServiceCIDR, 'kubernetes');
  await advance(60_000);
  expect(await range()).toEqual([['10.96.0.0/12'], [['Ready', 'False', 'Terminating']]]);
  await expect(client.create(Service, service('web'))).rejects.toThrow('failed to allocate IP: range is full');
  await expect(client.create(Service, service('web', { clusterIP: '10.96.7.7' }))).rejects.toThrow(
    'failed to allocate IP 10.96.7.7: the provided network does not match the current range',
  );
  await client.create(ServiceCIDR, cidr('wider', '10.0.0.0/8'));
  await advance(1_000);
  expect(await range()).toEqual([['10.96.0.0/12'], [['Ready', 'True', '']]]);
  await client.create(Service, service('web', { clusterIP: '10.96.7.7' }));
});

it('default-service-cidr: a range that is not that of the flag is reported, and replaced when it has gone', async () => {
  const { client, advance, setFlag, warnings, range } = await start();
  await setFlag('service-cluster-ip-range', '10.50.7.7/16');
  await setFlag('profiling', 'true');
  const message = 'The default ServiceCIDR [10.96.0.0/12] does not match the controller flag configurations [10.50.0.0/16]';
  expect(await warnings('kubernetes-service-cidr-controller')).toEqual([
    ['ServiceCIDR kubernetes', 'KubernetesDefaultServiceCIDRInconsistent', message],
  ]);
  await client.create(ServiceCIDR, cidr('old', '10.96.0.0/12'));
  await client.delete(ServiceCIDR, 'kubernetes');
  await advance(15_000);
  expect(await range()).toEqual([['10.50.0.0/16'], [['Ready', 'True', '']]]);
  await client.delete(Service, 'kubernetes', 'default');
  await advance(1_000);
  expect((await client.get(Service, 'kubernetes', 'default')).spec.clusterIP).toBe('10.50.0.1');
});

it('service-cidr-controller: a range whose status cannot be written is reported', async () => {
  const refuser: AdmissionPlugin = {
    name: 'RefuseStatus',
    operations: ['UPDATE'],
    admit({ resource, subresource }) {
      if (resource === 'servicecidrs' && subresource === 'status')
        throw forbidden({ group: 'networking.k8s.io', resource }, '', 'it is refused');
    },
  };
  const { client, settle, warnings } = await start({ admission: [refuser, ...admissionPlugins] });
  await client.create(ServiceCIDR, cidr('more', '10.9.0.0/24'));
  await settle();
  const message = 'The ServiceCIDR Status can not be set to Ready=True';
  expect(await warnings('service-cidr-controller')).toEqual([['ServiceCIDR more', 'KubernetesServiceCIDRError', message]]);
});

it('portallocator-repair: node ports outside of the range of the flag are reported, new ones lie in it', async () => {
  const { client, setFlag, warnings } = await start();
  await client.create(Service, service('old', { type: 'NodePort', ports: [{ port: 80, nodePort: 32000 }] }));
  await setFlag('service-node-port-range', '30000-30009');
  await expect(client.create(Service, service('web', { type: 'NodePort', ports: [{ port: 80, nodePort: 32001 }] }))).rejects.toThrow(
    'provided port is not in the valid range. The range of valid ports is 30000-30009',
  );
  const { spec } = await client.create(Service, service('web', { type: 'NodePort' }));
  expect(spec.ports?.map(({ nodePort = 0 }) => nodePort >= 30000 && nodePort <= 30009)).toEqual([true]);
  const message = 'Port 32000 is not within the port range 30000-30009; please recreate service';
  expect(await warnings('portallocator-repair-controller')).toEqual([['Service old', 'PortOutOfRange', message]]);
});
