import { createHash } from 'node:crypto';
import type { Instant } from '#apimachinery';
import type { EtcdChange } from '#node';
import { quorumOf } from '#raft';

/** A member of etcd's cluster: it counts whether or not it has ever been started. */
export interface EtcdPeer {
  /** 64 bits in hexadecimal. */
  readonly id: string;
  /** The node of the control plane that it runs on; unset: it has not been started. */
  readonly node?: string;
  /** Unset for those of kubeadm, until the members are changed: by the addresses of their nodes. */
  readonly peerURLs?: readonly string[];
  readonly isLearner?: true;
}

/** Why etcd does not change its members, in the words of its clients (api/v3rpc/rpctypes/error.go). */
export class MembersRefused extends Error {}

/** What the leader knows of its members. */
export interface Knowledge {
  readonly now: Instant;
  /** Whether the member on a node runs and is reached. */
  isConnected(node: string): boolean;
  /** Whether the member on a node has what the leader has. */
  isInSync(node: string): boolean;
}

/** Learners of a cluster at most (--max-learners). */
const MOST_LEARNERS = 1;
/** Characters of the URLs of a member. */
const LONGEST_URLS = 1_024;

const NOT_FOUND = 'etcdserver: member not found';
const NOT_STARTED = 'etcdserver: re-configuration failed due to not enough started members';
const UNHEALTHY = 'etcdserver: unhealthy cluster';
const URL_EXISTS = 'etcdserver: Peer URLs already exists';
const BAD_URLS = 'etcdserver: given member URLs are invalid';

const hashOf = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 16);

/** The members that kubeadm leaves: one on each node of the control plane. */
export const kubeadmsPeers = (nodes: readonly string[]): readonly EtcdPeer[] => nodes.map((node) => ({ id: hashOf(node), node }));

/** The id of the cluster that kubeadm begins on the first node of the control plane, in hexadecimal. */
export const clusterId = ([first = '']: readonly string[]): string => hashOf(`cluster of ${first}`);

/** The id of a member that is added: the beginning of a hash of its URLs and the time in seconds (membership/member.go computeMemberID). */
const addedId = (urls: readonly string[], now: Instant): string => hashOf(`${urls.join('')}${Math.floor(now / 1000)}`);

/** The URL of a peer has a scheme, a host and a port, and nothing else (client/pkg/types NewURLs). */
const isURL = (url: string): boolean => /^(https?:\/\/[^\s/?#]+:\d+|unixs?:\/\/\S+)$/.test(url);

const votersOf = (peers: readonly EtcdPeer[]): EtcdPeer[] => peers.filter(({ isLearner }) => !isLearner);

/** Whether of so many voters enough have been started (membership/cluster.go IsReadyTo…). */
const areEnough = (voters: readonly EtcdPeer[], added = { voters: 0, started: 0 }): boolean =>
  voters.filter(({ node }) => node !== undefined).length + added.started >= quorumOf(voters.length + added.voters);

function refuseIf(is: boolean, message: string): void {
  if (is) throw new MembersRefused(message);
}

function refuseUsed(urls: readonly string[], others: readonly EtcdPeer[]): void {
  refuseIf(
    others.some(({ peerURLs = [] }) => peerURLs.some((url) => urls.includes(url))),
    URL_EXISTS,
  );
}

type ChangeOf<T extends EtcdChange['change']> = Extract<EtcdChange, { change: T }>;

function added(peers: readonly EtcdPeer[], { peerURLs, isLearner }: ChangeOf<'add'>, leader: Knowledge): readonly EtcdPeer[] {
  const urls = peerURLs.map((url) => url.trim()).sort();
  refuseIf(!urls.every(isURL) || urls.join().length > LONGEST_URLS, BAD_URLS);
  const voters = votersOf(peers);
  // A cluster of one may get a second voter, without which it can do nothing from then on.
  const isSecond = voters.length === 1 && voters[0]?.node !== undefined;
  refuseIf(!isLearner && !isSecond && !areEnough(voters, { voters: 1, started: 0 }), NOT_STARTED);
  refuseIf(!voters.every(({ node }) => node !== undefined && leader.isConnected(node)), UNHEALTHY);
  refuseUsed(urls, peers);
  refuseIf(isLearner && peers.length - voters.length >= MOST_LEARNERS, 'etcdserver: too many learner members in cluster');
  const id = addedId(urls, leader.now);
  refuseIf(
    peers.some((peer) => peer.id === id),
    'etcdserver: member ID already exist',
  );
  return [...peers, { id, peerURLs: urls, ...(isLearner ? { isLearner } : {}) }];
}

function removed(peers: readonly EtcdPeer[], { id }: ChangeOf<'remove'>, leader: Knowledge): readonly EtcdPeer[] {
  const peer = peers.find((each) => each.id === id);
  const voters = votersOf(peers);
  const isConnected = (each?: EtcdPeer): boolean => each?.node !== undefined && leader.isConnected(each.node);
  if (!peer?.isLearner) {
    const others = voters.filter((each) => each !== peer);
    refuseIf(!areEnough(others), NOT_STARTED);
    // One that is down is not among those that agree.
    const left = voters.filter(isConnected).length - 1;
    refuseIf(isConnected(peer) && left < quorumOf(others.length), UNHEALTHY);
  }
  refuseIf(peer === undefined, NOT_FOUND);
  return peers.filter((each) => each !== peer);
}

function updated(peers: readonly EtcdPeer[], { id, peerURLs }: ChangeOf<'update'>): readonly EtcdPeer[] {
  const peer = peers.find((each) => each.id === id);
  if (peer === undefined) throw new MembersRefused(NOT_FOUND);
  refuseIf(peerURLs.join().length > LONGEST_URLS, BAD_URLS);
  refuseUsed(
    peerURLs,
    peers.filter((each) => each !== peer),
  );
  return peers.map((each) => (each === peer ? { ...peer, peerURLs } : each));
}

function promoted(peers: readonly EtcdPeer[], { id }: ChangeOf<'promote'>, leader: Knowledge): readonly EtcdPeer[] {
  const peer = peers.find((each) => each.id === id);
  if (peer === undefined) throw new MembersRefused(NOT_FOUND);
  const { isLearner = false, ...voter } = peer;
  const isBehind = isLearner && (peer.node === undefined || !leader.isInSync(peer.node));
  refuseIf(isBehind, 'etcdserver: can only promote a learner member which is in sync with leader');
  refuseIf(!areEnough(votersOf(peers), { voters: 1, started: 1 }), NOT_STARTED);
  refuseIf(!isLearner, 'etcdserver: can only promote a learner member');
  return peers.map((each) => (each === peer ? voter : each));
}

/** The members after a change. Throws MembersRefused for what etcd 3.6 refuses (etcdserver/server.go, membership/cluster.go). Pure. */
export function changedPeers(peers: readonly EtcdPeer[], change: EtcdChange, leader: Knowledge): readonly EtcdPeer[] {
  switch (change.change) {
    case 'add':
      return added(peers, change, leader);
    case 'remove':
      return removed(peers, change, leader);
    case 'update':
      return updated(peers, change);
    case 'promote':
      return promoted(peers, change, leader);
  }
}
