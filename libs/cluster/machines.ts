import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { CachedObject } from '#cacher';
import type { Machine } from '#controller-runtime';

/** The machines that a cluster was made with, in one row: clusters of former versions have none. */
export const MACHINES_KEY = '/machine/nodes';

interface MachineList extends KubeObject {
  machines: readonly Machine[];
}

/** The stored form. */
export const machinesText = (machines: readonly Machine[]): string =>
  JSON.stringify({ apiVersion: 'orrery/v1', kind: 'MachineList', metadata: { name: 'nodes' }, machines } satisfies MachineList);

/** The machines of a row. */
export const machinesOf = (row: CachedObject | undefined): readonly Machine[] => (row?.object as MachineList | undefined)?.machines ?? [];

/** Labels and taints that others than a kubelet give its Node. */
const OF_OTHERS = /^(node-role|node)\.kubernetes\.io\/|^(beta\.)?kubernetes\.io\/(arch|os|hostname)$/;

/** The machine of a Node of which nothing else is known; none if it has no kubelet. */
export function machineOfNode({ metadata, spec, status }: corev1.Node): Machine[] {
  const version = status?.nodeInfo?.kubeletVersion ?? '';
  if (version === '') return [];
  const { cpu = '1', memory = '1Gi', pods = '110' } = status?.capacity ?? {};
  const labels = Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([name]) => !OF_OTHERS.test(name)));
  const taints = (spec?.taints ?? []).filter(({ key }) => !OF_OTHERS.test(key));
  const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  return [{ ...{ name: metadata.name, address, cpu, memory, version, labels }, pods: Number(pods), taints: taints.map(plainTaint) }];
}

const plainTaint = ({ key, value, effect }: corev1.Taint): Machine['taints'][number] => ({
  key,
  ...(value === undefined ? {} : { value }),
  effect,
});
