import type { Clock, KubeObject } from '#apimachinery';
import { pastObject } from '#apiserver';
import type { ClusterStore } from '#cacher';
import type { MachineRows } from '#controller-runtime';
import { POD_FILES } from '#node';
import type { Fence } from '#storage';
import { MACHINES_KEY, machinesOf } from './machines.js';

const PREFIX = '/machine/';
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
