import type { corev1, resourcev1 } from '#api';
import { getOwn, type Instant, parseTime } from '#apimachinery';
import { givenDevices } from '../devices/device-plugin.js';
import { usedBy, usesDevices } from '../devices/pod-claims.js';
import { deviceVariables } from '../devices/variables.js';
import { resourceValue } from './resource-fields.js';
import type { Start } from './versions.js';
import type { MachineWorld } from './world.js';

/** A container's environment variables, as a kubelet makes them (kubelet_pods.go makeEnvironmentVariables). */

type Data = Record<string, string>;

async function sourceData(
  objects: MachineWorld['objects'],
  kind: 'configmaps' | 'secrets',
  namespace: string,
  name: string,
): Promise<Data> {
  const object = await objects.get<corev1.ConfigMap & corev1.Secret & { metadata: { name: string } }>('', kind, namespace, name);
  const data = object?.data ?? {};
  if (kind === 'configmaps') return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
}

/** The value of a downward API field; undefined if it is not supported there. */
export function fieldValue({ metadata, spec, status }: corev1.Pod, path: string): string | undefined {
  const key = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (key) return getOwn(metadata[key[1] as 'labels'] ?? {}, key[2] ?? '') ?? '';
  const listed = (values: Data = {}) =>
    Object.keys(values)
      .sort()
      .map((name) => `${name}=${JSON.stringify(values[name])}`)
      .join('\n');
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace;
    case 'metadata.uid':
      return metadata.uid;
    case 'metadata.labels':
      return listed(metadata.labels);
    case 'metadata.annotations':
      return listed(metadata.annotations);
    case 'spec.nodeName':
      return spec?.nodeName;
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName;
    case 'status.hostIP':
      return status?.hostIP;
    case 'status.hostIPs':
      return status?.hostIPs?.map(({ ip }) => ip).join(',');
    case 'status.podIP':
      return status?.podIP;
    case 'status.podIPs':
      return status?.podIPs?.map(({ ip }) => ip).join(',');
    default:
      return undefined;
  }
}

const serviceName = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** The variables of one Service (kubelet/envvars/envvars.go FromServices). */
function serviceVariables({ metadata, spec }: corev1.Service): Array<[string, string]> {
  const { clusterIP = '', ports = [] } = spec ?? {};
  const [first] = ports;
  if (clusterIP === '' || clusterIP === 'None' || !first) return [];
  const prefix = serviceName(metadata.name);
  const variables: Array<[string, string]> = [
    [`${prefix}_SERVICE_HOST`, clusterIP],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
    ...ports.flatMap(
      ({ name, port }): Array<[string, string]> => (name ? [[`${prefix}_SERVICE_PORT_${serviceName(name)}`, String(port)]] : []),
    ),
  ];
  for (const [index, { port, protocol = 'TCP' }] of ports.entries()) {
    const url = `${protocol.toLowerCase()}://${clusterIP}:${port}`;
    const name = `${prefix}_PORT_${port}_${protocol}`;
    if (index === 0) variables.push([`${prefix}_PORT`, url]);
    variables.push([name, url], [`${name}_PROTO`, protocol.toLowerCase()], [`${name}_PORT`, String(port)], [`${name}_ADDR`, clusterIP]);
  }
  return variables;
}

/** The variables of the Services that there were when the container was started. */
async function services({ objects }: MachineWorld, pod: corev1.Pod, startedAt: Instant): Promise<Array<[string, string]>> {
  const { namespace = '' } = pod.metadata;
  const own = pod.spec?.enableServiceLinks === false ? [] : await objects.list<corev1.Service>('', 'services', namespace);
  const master =
    namespace === 'default' && own.length > 0 ? undefined : await objects.get<corev1.Service>('', 'services', 'default', 'kubernetes');
  const then = own.filter(({ metadata }) => (parseTime(metadata.creationTimestamp ?? '') ?? 0) <= startedAt);
  return [...then, ...(master ? [master] : [])].flatMap(serviceVariables);
}

const REFERENCE = /\$\$|\$\(([^()]*)\)/g;

/** Replaces `$(NAME)` (third_party/forked/golang/expansion). */
export const expanded = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replace(REFERENCE, (whole, name: string | undefined) => (whole === '$$' ? '$' : (variables.get(name ?? '') ?? whole)));

async function variableValue(
  { objects, pod: then }: Start,
  pod: corev1.Pod,
  container: corev1.Container,
  variable: corev1.EnvVar,
): Promise<string | undefined> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {};
  const { namespace = '' } = pod.metadata;
  if (fieldRef) return fieldValue(fieldRef.fieldPath.startsWith('metadata.') ? await then() : pod, fieldRef.fieldPath) ?? '';
  if (configMapKeyRef) return getOwn(await sourceData(objects, 'configmaps', namespace, configMapKeyRef.name ?? ''), configMapKeyRef.key);
  if (secretKeyRef) return getOwn(await sourceData(objects, 'secrets', namespace, secretKeyRef.name ?? ''), secretKeyRef.key);
  return resourceFieldRef && resourceValue(objects, { pod: await then(), container: container.name }, resourceFieldRef);
}

/** What the drivers of a container's devices add. */
async function devices({ objects }: MachineWorld, pod: corev1.Pod, container: corev1.Container): Promise<Array<[string, string]>> {
  const given = givenDevices(pod, container).variables;
  if (!usesDevices(pod)) return given;
  const claims = new Map<string, resourcev1.ResourceClaim>();
  for (const { claim: name } of usedBy(pod, container)) {
    const claim = await objects.get<resourcev1.ResourceClaim>('resource.k8s.io', 'resourceclaims', pod.metadata.namespace ?? '', name);
    if (claim) claims.set(name, claim);
  }
  return [...deviceVariables(pod, container, claims), ...given];
}

export interface EnvironmentOptions {
  pod: corev1.Pod;
  container: corev1.Container;
  image: Readonly<Record<string, string>>;
  hostname: string;
  startedAt: Instant;
  start: Start;
  world: MachineWorld;
}

/** The variables in the order in which `env` prints them. */
export async function environmentOf(options: EnvironmentOptions): Promise<Map<string, string>> {
  const { pod, container, image, hostname, startedAt, start, world } = options;
  const { namespace = '' } = pod.metadata;
  const variables = new Map<string, string>([
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOSTNAME', hostname],
    ...Object.entries(image),
  ]);
  if (container.tty) variables.set('TERM', 'xterm');
  const links = new Map(await services(world, pod, startedAt));
  const own = new Map<string, string>();
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const data = configMapRef
      ? await sourceData(start.objects, 'configmaps', namespace, configMapRef.name ?? '')
      : await sourceData(start.objects, 'secrets', namespace, secretRef?.name ?? '');
    for (const key of Object.keys(data).sort()) own.set(prefix + key, data[key] ?? '');
  }
  for (const variable of container.env ?? []) {
    if (!variable.valueFrom) own.set(variable.name, expanded(variable.value ?? '', new Map([...links, ...own])));
    else {
      const value = await variableValue(start, pod, container, variable);
      if (value !== undefined) own.set(variable.name, value);
    }
  }
  for (const [name, value] of [...own, ...[...links].filter(([name]) => !own.has(name))]) variables.set(name, value);
  for (const [name, value] of await devices(world, pod, container)) variables.set(name, value);
  if (!variables.has('HOME')) variables.set('HOME', '/root');
  return variables;
}
