import type { corev1 } from '#api';
import { type EtcdData, flagsOf, withDirectory } from '#apiserver';
import { hostPathOf } from '#node';
import type { EtcdPeer } from './membership.js';

/** Where kubeadm's members have their data. */
const KUBEADMS = '/var/lib/etcd';

/** A member of etcd, and the directory that its manifest names; undefined: there is no manifest, or none that can be read. */
export interface MemberDirectory {
  readonly node: string;
  readonly path?: string;
  /** The URLs under which its manifest makes it known, and those of the cluster that it joins; unset: it joins none. */
  readonly joins?: { readonly urls: readonly string[]; readonly cluster: readonly string[] };
  /** It is started as the only member of a cluster with its data (--force-new-cluster). */
  readonly isForced?: boolean;
}

/** What follows from the directories that the members' manifests name. */
export interface DataPlan {
  /** Members that do not come up, and why. */
  readonly troubles: ReadonlyArray<{ readonly node: string; readonly message: string }>;
  /** The members open other data: what was stored at a revision. They are those of kubeadm again. */
  readonly restore?: { readonly revision: number; readonly data: EtcdData };
  /** Members that were added have been started, in these directories. */
  readonly started?: { readonly peers: readonly EtcdPeer[]; readonly data: EtcdData };
  /** The only member of the cluster from now on. */
  readonly forced?: EtcdPeer;
}

const urlsOf = (text = ''): string[] => text.split(',').filter((url) => url !== '');

/** What the manifest of a member says of its data and of the cluster that it is in. */
export function directoryOf(node: string, pod: corev1.Pod): MemberDirectory {
  const flags = flagsOf(pod);
  const cluster = urlsOf(flags.get('initial-cluster')).map((member) => member.slice(member.indexOf('=') + 1));
  const joins = { urls: urlsOf(flags.get('initial-advertise-peer-urls')), cluster };
  return {
    ...{ node, path: dataDirectory(pod) },
    ...(flags.get('initial-cluster-state') === 'existing' ? { joins } : {}),
    ...((flags.get('force-new-cluster') ?? 'false') === 'false' ? {} : { isForced: true }),
  };
}

/** The directory of its node in which a member has its data. */
export function dataDirectory(pod: corev1.Pod): string {
  const path = flagsOf(pod).get('data-dir') ?? KUBEADMS;
  return (hostPathOf(pod, path) ?? path).replace(/(?!^)\/+$/, '');
}

const EMPTY = 'has no data of a member: restore a snapshot to it with etcdutl (a cluster without any data is not simulated)';
/** What a member says that was removed, or is told so when it is started again (etcdserver/server.go). */
const REMOVED = [
  '{"level":"warn","caller":"etcdserver/server.go:860","msg":"server error","error":"the member has been permanently removed from the cluster"}',
  '{"level":"warn","caller":"etcdserver/server.go:861","msg":"data-dir used by this member must be removed"}',
].join('\n');
const failed = (error: string): string =>
  `{"level":"fatal","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":${JSON.stringify(error)}}`;
const MISMATCH = failed('cluster ID mismatch: the other members have other data');

/** The member that was added, and not been started, for which a manifest stands; the error if there is none (membership/cluster.go ValidateClusterAndAssignIDs). */
function joinedPeer({ joins }: MemberDirectory, peers: readonly EtcdPeer[]): EtcdPeer | string {
  const { urls, cluster } = joins ?? { urls: [], cluster: [] };
  if (cluster.length !== peers.length) return 'error validating peerURLs: member count is unequal';
  const unmatched = peers.find(({ peerURLs = [] }) => !peerURLs.every((url) => cluster.includes(url)));
  if (unmatched)
    return `error validating peerURLs: PeerURLs: no match found for existing member (${unmatched.id}, [${unmatched.peerURLs}])`;
  const peer = peers.find(({ node, peerURLs = [] }) => node === undefined && peerURLs.some((url) => urls.includes(url)));
  return peer ?? 'error validating peerURLs: the member has been started on another node';
}

type Trouble = DataPlan['troubles'][number];

/** What happens to nodes without a member, of which the manifests may be those of members that were added. Pure. */
function planStarts(data: EtcdData, nodes: readonly MemberDirectory[], known: readonly EtcdPeer[]): Pick<DataPlan, 'troubles' | 'started'> {
  const troubles: Trouble[] = [];
  let [peers, open] = [known, data.open];
  for (const directory of nodes) {
    const { node, path } = directory;
    if (path === undefined) continue;
    const peer = joinedPeer(directory, peers);
    if (path === (open[node] ?? KUBEADMS)) troubles.push({ node, message: REMOVED });
    else if (data.directories.some((each) => each.node === node && each.path === path)) troubles.push({ node, message: MISMATCH });
    else if (directory.joins === undefined) troubles.push({ node, message: `${path} ${EMPTY}` });
    else if (typeof peer === 'string') troubles.push({ node, message: failed(peer) });
    else {
      peers = peers.map((each) => (each === peer ? { ...peer, node } : each));
      open = { ...open, [node]: path };
    }
  }
  return { troubles, ...(peers === known ? {} : { started: { peers, data: { ...data, open } } }) };
}

/**
 * Data is what the members agree on: when all have been given directories with the same state, that is what is stored from then on; while they
 * differ, those with other data do not come up. `revision`: that of the store, at which the data that is open now is left. Nodes on which none of
 * the `peers` runs may start one that was added. Pure.
 */
export function planData(
  data: EtcdData,
  { members, peers, revision }: { members: readonly MemberDirectory[]; peers: readonly EtcdPeer[]; revision: number },
): DataPlan {
  const openOn = (node: string): string => data.open[node] ?? KUBEADMS;
  const stateOf = ({ node, path }: MemberDirectory): number | 'open' | undefined => {
    if (path === undefined || path === openOn(node)) return 'open';
    return data.directories.find((each) => each.node === node && each.path === path)?.revision;
  };
  const states = members.map((member) => ({ ...member, state: stateOf(member) }));
  const [first] = states;
  if (typeof first?.state === 'number' && states.every(({ state }) => state === first.state)) {
    const left = members.reduce((known, { node }) => withDirectory(known, { node, path: openOn(node), revision }), data);
    const isOpened = ({ node, path }: { node: string; path: string }) => members.some((each) => each.node === node && each.path === path);
    const open = Object.fromEntries(members.map(({ node, path = KUBEADMS }) => [node, path]));
    return {
      troubles: [],
      restore: { revision: first.state, data: { ...left, directories: left.directories.filter((each) => !isOpened(each)), open } },
    };
  }
  const forcing = states.find(({ isForced, state }) => isForced && state === 'open')?.node;
  const { isLearner: _, ...forced } = peers.find(({ node }) => node === forcing) ?? { id: '' };
  const isForced = forcing !== undefined && forced.id !== '' && peers.length > 1;
  const now = isForced ? [forced] : peers;
  const isMember = ({ node }: MemberDirectory): boolean => now.some((peer) => peer.node === node);
  const differing = states.filter(isMember).flatMap(({ node, path, state }): Trouble[] => {
    if (state === 'open') return [];
    return [{ node, message: state === undefined ? `${path} ${EMPTY}` : MISMATCH }];
  });
  const others = members.filter((member) => !isMember(member));
  const { troubles, started } = planStarts(data, others, now);
  return { troubles: [...differing, ...troubles], ...(started && { started }), ...(isForced && { forced }) };
}
