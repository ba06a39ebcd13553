import type { corev1 } from '#api';
import type { Instant, KubeObject } from '#apimachinery';
import type { CachedObject } from '#cacher';
import type { CloudInstance } from '#controller-runtime';

/** The key of the row, beside /registry: it comes along in copies, and every process follows it. */
export const CLOUD_KEY = '/machine/cloud';

/** The cloud of a cluster as a row of its store. */
export interface CloudRow extends KubeObject {
  instances: readonly CloudInstance[];
  /** Machines that were removed, until their nodes are made anew, and when. */
  removed: ReadonlyArray<{ name: string; since: Instant }>;
  /** Unset in clusters of a former version: cloud-controller-manager runs outside of them. */
  manager?: 'static-pods';
}

/** Where the cloud-controller-manager of a cluster runs; nowhere: the cluster is in no cloud. */
export type ManagerPlace = 'nowhere' | 'outside' | 'static-pods';

/** The place by the stored cloud; undefined: there is none. */
export const managerPlace = (row: CachedObject | undefined): ManagerPlace =>
  row === undefined ? 'nowhere' : ((row.object as CloudRow).manager ?? 'outside');

const PROVIDER = 'orrery';
const REGION = 'orrery-1';
const ZONES = ['a', 'b', 'c'];

/** The machine of the nth node. */
function instanceOf({ metadata, status }: corev1.Node, index: number): CloudInstance {
  const { name } = metadata;
  const region = metadata.labels?.['topology.kubernetes.io/region'] ?? REGION;
  const zone = metadata.labels?.['topology.kubernetes.io/zone'] ?? `${region}${ZONES[index % ZONES.length]}`;
  const { cpu = '4' } = status?.capacity ?? {};
  const internal = (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP');
  return {
    ...{ name, zone, region, type: `standard-${cpu}` },
    providerID: `${PROVIDER}://${zone}/${name}`,
    addresses: [...internal, { type: 'Hostname', address: name }],
  };
}

/** A cloud with a machine for each node. */
export function cloudFor(nodes: readonly corev1.Node[]): CloudRow {
  const sorted = [...nodes].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const instances = sorted.map(instanceOf);
  return { apiVersion: 'orrery/v1', kind: 'Cloud', metadata: { name: 'cloud' }, instances, removed: [], manager: 'static-pods' };
}

/** The cloud without a machine; undefined if it has none of that name. */
export function withoutInstance(row: CloudRow, name: string, now: Instant): CloudRow | undefined {
  const instances = row.instances.filter((instance) => instance.name !== name);
  if (instances.length === row.instances.length) return undefined;
  return { ...row, instances, removed: [...row.removed, { name, since: now }] };
}

/** The start of a machine that is shut down. */
function bootOf({ booted }: CloudInstance, off: Instant, at: Instant): NonNullable<CloudInstance['booted']> {
  const times = (booted?.times ?? 0) + 1;
  return { id: `cloud-${times}`, off, at, times };
}

/** The cloud with a machine shut down or running again; undefined if it has none of that name. */
export function withPower(row: CloudRow, name: string, on: boolean, now: Instant): CloudRow | undefined {
  if (!row.instances.some((instance) => instance.name === name)) return undefined;
  const instances = row.instances.map((instance) => {
    if (instance.name !== name) return instance;
    const { stopped, ...running } = instance;
    if (!on) return { ...running, stopped: stopped ?? now };
    return stopped === undefined ? running : { ...running, booted: bootOf(instance, stopped, now) };
  });
  return { ...row, instances };
}
