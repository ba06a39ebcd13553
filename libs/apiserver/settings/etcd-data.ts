import type { Clock, KubeObject } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import { Compacted, FutureRevision } from '#storage';
import { hasState } from './etcd-states.js';

/** The key of the row. */
export const ETCD_DATA_KEY = '/machine/etcd';
/** Directories that are remembered at most: the oldest go. */
const MOST_DIRECTORIES = 20;
const LONGEST_PATH = 255;

/** A directory of a node with a member's data: the state of the store at a revision. */
export interface DataDirectory {
  readonly node: string;
  readonly path: string;
  readonly revision: number;
}

/** The data of etcd's members, as a row of a cluster's store beside /registry. */
export interface EtcdData extends KubeObject {
  /** Those that no member has open. */
  readonly directories: readonly DataDirectory[];
  /** The directories that the members have open, by node; unset: that of kubeadm. */
  readonly open: Readonly<Record<string, string>>;
}

export const NO_DATA: EtcdData = { apiVersion: 'orrery/v1', kind: 'EtcdData', metadata: { name: 'etcd' }, directories: [], open: {} };

/** The row with one more directory, in place of what was there. */
export function withDirectory(data: EtcdData, added: DataDirectory): EtcdData {
  if (added.path.length > LONGEST_PATH) return data;
  const others = data.directories.filter(({ node, path }) => node !== added.node || path !== added.path);
  return { ...data, directories: [...others, added].slice(-MOST_DIRECTORIES) };
}

const CAUSE = { requestId: 'etcdutl', user: 'system:etcd', component: 'etcd' };

/** Notes that a directory of a node has what was stored at a revision. False: the log does not reach back so far. */
export async function keepDirectory({ store, clock }: { store: ClusterStore; clock: Clock }, directory: DataDirectory): Promise<boolean> {
  try {
    await store.past(ETCD_DATA_KEY, directory.revision);
  } catch (error) {
    if (error instanceof FutureRevision || (error instanceof Compacted && !(await hasState(store, directory.revision)))) return false;
    if (!(error instanceof Compacted)) throw error;
  }
  const row = await store.get(ETCD_DATA_KEY);
  const { resourceVersion: _, ...metadata } = row?.object.metadata ?? NO_DATA.metadata;
  const data = withDirectory({ ...((row?.object as EtcdData | undefined) ?? NO_DATA), metadata }, directory);
  const base = { key: ETCD_DATA_KEY, value: JSON.stringify(data), cause: CAUSE, at: clock.now() };
  const [written] = await store.write([row ? { type: 'update', ...base, expected: row.revision } : { type: 'create', ...base }]);
  return written?.ok === true;
}
