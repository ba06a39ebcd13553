import { type ApiServer, ETCD_DATA_KEY, type EtcdData, fileKey, hasState, keepState, NO_DATA, type NodeFile } from '#apiserver';
import { Compacted, type WriteOp } from '#storage';
import { readablePod } from '../static-manifests.js';
import { type DataPlan, dataDirectory, type MemberDirectory, planData } from './etcd-data.js';
import type { FaultList, ManifestTrouble } from './fault.js';

const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';
const CAUSE = { requestId: 'etcd', user: 'system:etcd', component: 'etcd' };

/** What a change of etcd's manifests does to its data. */
export interface DataChange {
  readonly troubles: DataPlan['troubles'];
  /** Set if the members open other data: the revision of that, and the write that notes it. */
  readonly restore?: { readonly revision: number; readonly op: WriteOp };
}

interface Changed {
  node: string;
  change: ReadonlyMap<string, string | undefined>;
}

async function directoriesOf({ cluster }: ApiServer, members: readonly string[], { node, change }: Changed): Promise<MemberDirectory[]> {
  return Promise.all(
    members.map(async (member) => {
      const stored = async () => ((await cluster.store.get(fileKey(member, MANIFEST)))?.object as NodeFile | undefined)?.content;
      const text = member === node ? change.get(MANIFEST) : await stored();
      const pod = text === undefined ? undefined : readablePod(MANIFEST, text);
      return { node: member, ...(pod === undefined || typeof pod === 'string' ? {} : { path: dataDirectory(pod) }) };
    }),
  );
}

/** What follows for etcd's data when files of a node of the control plane change; undefined: nothing. */
export async function dataChange(api: ApiServer, members: readonly string[], changed: Changed): Promise<DataChange | undefined> {
  if (!changed.change.has(MANIFEST)) return undefined;
  const { store, clock } = api.cluster;
  const row = await store.get(ETCD_DATA_KEY);
  const { resourceVersion: _, ...metadata } = row?.object.metadata ?? NO_DATA.metadata;
  const data = { ...((row?.object as EtcdData | undefined) ?? NO_DATA), metadata };
  const directories = await directoriesOf(api, members, changed);
  const { troubles, restore } = planData(data, directories, await store.revision());
  if (restore === undefined) return { troubles };
  const { revision } = restore;
  try {
    await store.past(ETCD_DATA_KEY, revision);
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    if (!(await hasState(store, revision))) {
      const message = `the history of the cluster does not reach back to revision ${revision} any more`;
      return { troubles: members.map((node) => ({ node, message })) };
    }
  }
  // What the members leave is kept as long as what they open.
  const left = await keepState(api.cluster);
  const opened = planData(data, directories, left.revision).restore ?? restore;
  const base = { key: ETCD_DATA_KEY, value: JSON.stringify(opened.data), cause: CAUSE, at: clock.now() };
  return {
    troubles: [],
    restore: { revision, op: row ? { type: 'update', ...base, expected: row.revision } : { type: 'create', ...base } },
  };
}

/** The faults with these troubles of etcd's data, in place of those that there were. */
export function withDataTroubles(list: FaultList, troubles: DataPlan['troubles'], since: number): FaultList {
  const before = list.troubles ?? [];
  const next = troubles.map(({ node, message }): ManifestTrouble => {
    const known = before.find((each) => each.ofData && each.node === node && each.message === message);
    return known ?? { component: 'etcd', node, since, state: 'failing', message, ofData: true };
  });
  const others = before.filter(({ ofData }) => !ofData);
  const isSame = before.length === others.length + next.length && next.every((trouble) => before.includes(trouble));
  return isSame ? list : { ...list, troubles: [...others, ...next] };
}
