import type { corev1 } from '#api';
import { type ApiServer, ETCD_DATA_KEY, type EtcdData, fileKey, hasState, keepState, NO_DATA, type NodeFile } from '#apiserver';
import { Compacted, type WriteOp } from '#storage';
import { readablePod } from '../static-manifests.js';
import { type DataPlan, directoryOf, type MemberDirectory, planData } from './etcd-data.js';
import type { FaultList, ManifestTrouble } from './fault.js';
import { type EtcdPeer, kubeadmsPeers } from './membership.js';

/** The manifest of a member of etcd. */
export const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';
const CAUSE = { requestId: 'etcd', user: 'system:etcd', component: 'etcd' };

/** What a change of etcd's manifests, or of its members, does to its data. */
export interface DataChange {
  readonly troubles: DataPlan['troubles'];
  /** The members from now on; unset: those of kubeadm. */
  readonly peers: readonly EtcdPeer[] | undefined;
  /** The write that notes which directories the members have open, if these are others. */
  readonly op?: WriteOp;
  /** Set if the members open other data: the revision of that. */
  readonly restore?: number;
  /** The members are those of a new cluster with the data of one of them. */
  readonly isNewCluster?: true;
}

interface Changed {
  node: string;
  change: ReadonlyMap<string, string | undefined>;
}

/** What the nodes of the control plane, some of them with other members of etcd or another manifest of one, have to agree on. */
interface Members {
  /** The nodes of the control plane. */
  nodes: readonly string[];
  /** The members of etcd; unset: those of kubeadm. */
  peers: readonly EtcdPeer[] | undefined;
  /** Unset: no file. */
  changed?: Changed | undefined;
}

async function directoriesOf({ cluster }: ApiServer, { nodes, changed }: Members): Promise<MemberDirectory[]> {
  return Promise.all(
    nodes.map(async (node) => {
      const stored = async () => ((await cluster.store.get(fileKey(node, MANIFEST)))?.object as NodeFile | undefined)?.content;
      const isChanged = node === changed?.node && changed.change.has(MANIFEST);
      const text = isChanged ? changed.change.get(MANIFEST) : await stored();
      const pod = text === undefined ? undefined : readablePod(MANIFEST, text);
      if (pod === undefined || typeof pod === 'string') return { node };
      const { isForced = false, ...directory } = directoryOf(node, pod);
      // A member that runs is not started again.
      return { ...directory, ...(isForced && isChanged ? { isForced } : {}) };
    }),
  );
}

/** The members of kubeadm with their URLs, once these matter. */
export async function knownPeers({ cluster }: ApiServer, { nodes, peers }: Pick<Members, 'nodes' | 'peers'>): Promise<readonly EtcdPeer[]> {
  const known = peers ?? kubeadmsPeers(nodes);
  return Promise.all(
    known.map(async (peer): Promise<EtcdPeer> => {
      if (peer.peerURLs !== undefined) return peer;
      const node = await cluster.reader.get<corev1.Node>('', 'nodes', '', peer.node ?? '');
      const address = node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
      return address === undefined ? peer : { ...peer, peerURLs: [`https://${address}:2380`] };
    }),
  );
}

/** What follows for etcd when files of a node of the control plane, or its members, change; undefined: nothing. */
export async function dataChange(api: ApiServer, members: Members): Promise<DataChange> {
  const { store, clock } = api.cluster;
  const row = await store.get(ETCD_DATA_KEY);
  const { resourceVersion: _, ...metadata } = row?.object.metadata ?? NO_DATA.metadata;
  const data = { ...((row?.object as EtcdData | undefined) ?? NO_DATA), metadata };
  const plan = { members: await directoriesOf(api, members), peers: await knownPeers(api, members) };
  const { troubles, restore, started, forced } = planData(data, { ...plan, revision: await store.revision() });
  const noted = (value: EtcdData): WriteOp => {
    const base = { key: ETCD_DATA_KEY, value: JSON.stringify(value), cause: CAUSE, at: clock.now() };
    return row ? { type: 'update', ...base, expected: row.revision } : { type: 'create', ...base };
  };
  if (restore === undefined) {
    const peers = started?.peers ?? (forced ? [forced] : members.peers);
    return { troubles, peers, ...(started && { op: noted(started.data) }), ...(forced && { isNewCluster: true }) };
  }
  const { revision } = restore;
  try {
    await store.past(ETCD_DATA_KEY, revision);
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    if (!(await hasState(store, revision))) {
      const message = `the history of the cluster does not reach back to revision ${revision} any more`;
      return { troubles: members.nodes.map((node) => ({ node, message })), peers: members.peers };
    }
  }
  // What the members leave is kept as long as what they open.
  const left = await keepState(api.cluster);
  const opened = planData(data, { ...plan, revision: left.revision }).restore ?? restore;
  return {
    ...{ troubles: [], peers: undefined, op: noted(opened.data), restore: revision },
    ...(members.peers === undefined ? {} : { isNewCluster: true }),
  };
}

/** The faults with the troubles of etcd's data, and its members, in place of those that there were. */
export function withData(list: FaultList, { troubles, peers }: Pick<DataChange, 'troubles' | 'peers'>, since: number): FaultList {
  const before = list.troubles ?? [];
  const next = troubles.map(({ node, message }): ManifestTrouble => {
    const known = before.find((each) => each.ofData && each.node === node && each.message === message);
    return known ?? { component: 'etcd', node, since, state: 'failing', message, ofData: true };
  });
  const others = before.filter(({ ofData }) => !ofData);
  const isSame = before.length === others.length + next.length && next.every((trouble) => before.includes(trouble));
  const { peers: former, ...rest } = list;
  const changed = peers === former ? list : { ...rest, ...(peers && { peers }) };
  return isSame ? changed : { ...changed, troubles: [...others, ...next] };
}
