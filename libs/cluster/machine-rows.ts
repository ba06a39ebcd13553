import type { corev1 } from '#api';
import type { Clock, KubeObject } from '#apimachinery';
import { pastObject } from '#apiserver';
import type { CachedObject, ClusterStore } from '#cacher';
import type { Machine, MachineRows } from '#controller-runtime';
import { POD_FILES } from '#node';
import type { Fence } from '#storage';

const PREFIX = '/machine/';
/** The machines that a cluster was made with, in one row: clusters of former versions have none. */
export const MACHINES_KEY = '/machine/nodes';
/** Rows of one kind at most. */
const MOST_ROWS = 500;
/** Tries to write a row that others write at the same time. */
const ATTEMPTS = 5;

/** The pod of a row with the files that clients have changed in its containers; undefined for other keys. */
export const podOfFiles = (key: string): string | undefined => (key.startsWith(POD_FILES) ? key.slice(POD_FILES.length) : undefined);

/** Tells components when clients have changed files in a pod's containers. */
export class PodFiles {
  private readonly listeners: Array<(uid: string) => void> = [];

  onChange(listener: (uid: string) => void): void {
    this.listeners.push(listener);
  }

  changed(uid: string): void {
    for (const listener of this.listeners) listener(uid);
  }
}

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

interface RowsOptions {
  store: ClusterStore;
  clock: Clock;
  component: string;
  podFiles: PodFiles;
  fence(): Fence | undefined;
}

/** The rows of machines, as the current turn of a component reads and writes them. */
export function machineRows({ store, clock, component, podFiles, fence }: RowsOptions): MachineRows {
  /** The oldest rows of a kind that make place for one more. */
  async function surplus(key: string): Promise<string[]> {
    const { items } = await store.list({ prefix: `${PREFIX}${key.slice(0, key.indexOf('/') + 1)}` });
    const oldest = [...items].sort((a, b) => a.revision - b.revision).slice(0, Math.max(0, items.length + 1 - MOST_ROWS));
    return oldest.map((row) => row.key);
  }
  return {
    machines: () => machinesOf(store.peek(MACHINES_KEY)),
    past: (location, revision) => pastObject(store, location, revision),
    async read<T extends KubeObject>(key: string) {
      return (await store.get(`${PREFIX}${key}`))?.object as T | undefined;
    },
    hasFiles: (uid) => store.peek(`${POD_FILES}${uid}`) !== undefined,
    onFiles: (listener) => podFiles.onChange(listener),
    async write(key, row) {
      const cause = { requestId: component, user: `system:${component}`, component };
      const base = { key: `${PREFIX}${key}`, value: JSON.stringify(row), cause, at: clock.now() };
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const standing = await store.get(base.key);
        const gone = standing ? [] : await surplus(key);
        const turn = fence();
        const [written] = await store.write(
          [
            standing ? { type: 'update', ...base, expected: standing.revision } : { type: 'create', ...base },
            ...gone.map((old) => ({ type: 'delete' as const, key: old, cause, at: base.at })),
          ],
          turn ? { fence: turn } : {},
        );
        if (written?.ok) return;
      }
      throw new Error(`row ${key} of the machines is written by others at the same time`);
    },
  };
}
