import { type Instant, seededRandom } from '#apimachinery';
import { type ConfigurationChange, emptyDisk, Group, quorumOf, type Raft, type Role } from '#raft';
import { type ControlPlaneHistory, ELECTION_TIMEOUT, type Impairment } from './history.js';
import { type EtcdPeer, kubeadmsPeers } from './membership.js';

/** etcd's --heartbeat-interval in milliseconds, and its --election-timeout in such ticks. */
const TICK = 100;
const ELECTION_TICKS = ELECTION_TIMEOUT / TICK;
/** After so many ticks without a change the members stay as they are. */
const QUIET_TICKS = 4 * ELECTION_TICKS;
/** No impairment is followed for longer. */
const MOST_TICKS = 600;

/** A member of etcd as its own status says. */
interface MemberState {
  readonly role: Role | 'stopped' | 'learner';
  readonly term: number;
  /** The position of the leader that it knows; undefined if it knows none. */
  readonly leader?: number;
}

/** etcd from a time on. */
export interface EtcdState {
  readonly at: Instant;
  /** The position of the leader that a majority follows; undefined: nothing can be written. */
  readonly leader?: number;
  readonly members: readonly MemberState[];
}

/** A peer as its own status says; `leader`: the node of the leader that it knows. */
interface PeerState extends Omit<MemberState, 'leader'> {
  readonly peer: EtcdPeer;
  readonly leader?: string;
}

/** The state of each peer, started or not. `nodes`: those of the control plane, in the order of `members`. */
export function peerStates({ members }: EtcdState, nodes: readonly string[], peers: readonly EtcdPeer[]): PeerState[] {
  return peers.map((peer) => {
    const { role, term, leader } = members[nodes.indexOf(peer.node ?? '')] ?? { role: 'stopped', term: 0 };
    return { peer, role, term, ...(leader !== undefined && { leader: nodes[leader] ?? '' }) };
  });
}

/** The position of a node of the control plane. */
type Member = number;

/** What a change comes to, as far as a member has applied it. */
const isMade = ({ configuration: { voters, learners } }: Raft, { change, node }: ConfigurationChange): boolean => {
  if (change === 'remove') return !voters.includes(node) && !learners.includes(node);
  return voters.includes(node) || (change === 'addLearner' && learners.includes(node));
};

/** The members of a cluster's etcd on its clock. */
class Members {
  private readonly group: Group;
  private impairment: Impairment = { at: 0, stopped: [], paused: [], cuts: [] };
  /** Who is to take part. */
  private peers: readonly EtcdPeer[];
  /** Their numbers in the group, by their ids: one that has lost its data comes back as another one. */
  private readonly numbers = new Map<string, number>();
  private numbered = 0;
  /** Since the impairment began. */
  private ticks = 0;
  /** Changes of the membership that are to be made, one after another. */
  private readonly changes: ConfigurationChange[] = [];

  constructor(private readonly history: ControlPlaneHistory) {
    const { seed, members, etcd } = history;
    const random = seededRandom(seed);
    const draw = (node: number, nth: number, below: number) => Math.floor(random.draw('etcd', `${node}/${nth}`).next() * below);
    this.group = new Group({ electionTicks: ELECTION_TICKS, heartbeatTicks: 1, draw });
    this.peers = etcd.peers ?? kubeadmsPeers(members);
    for (const { id } of this.peers) this.number(id);
    const numbersOf = (peers: readonly EtcdPeer[]) => peers.map(({ id }) => this.numbers.get(id) ?? 0);
    const [voters, learners] = [this.peers.filter((peer) => !peer.isLearner), this.peers.filter((peer) => peer.isLearner)].map(numbersOf);
    for (const node of numbersOf(this.peers.filter((peer) => peer.node !== undefined)))
      this.group.start(node, emptyDisk({ voters: voters ?? [], learners: learners ?? [] }, { index: 1, term: Math.max(1, etcd.term - 1) }));
    const first = this.nodeOf(etcd.leader);
    for (let tick = 0; tick < 2 * ELECTION_TICKS && this.group.nodes.get(first)?.role !== 'leader'; tick += 1) {
      this.group.nodes.get(first)?.tick();
      this.group.collect(first);
      this.group.deliver();
    }
  }

  /** The members are impaired in another way from now on. */
  impair(next: Impairment): void {
    const { group } = this;
    this.follow(next.peers ?? this.peers);
    const healed = (this.impairment.lost ?? []).filter((member) => !next.stopped.includes(member) && this.nodeOf(member) !== 0);
    this.impairment = next;
    this.ticks = 0;
    if (this.hasQuorumWithout(healed)) for (const member of healed) this.replace(member);
    this.history.members.forEach((_, member) => {
      const node = this.nodeOf(member);
      if (next.stopped.includes(member)) group.stop(node);
      else if (!group.nodes.has(node)) group.start(node);
      group.pause(node, next.paused.includes(member));
      for (let other = member + 1; other < this.history.members.length; other += 1)
        group.cut(
          node,
          this.nodeOf(other),
          next.cuts.some(([a, b]) => a === member && b === other),
        );
    });
    // Clients go on writing to who leads as far as they know: what cannot be committed is replaced when the members agree again.
    for (const [node, raft] of group.nodes) {
      if (raft.role === 'leader') raft.propose('write');
      group.collect(node);
    }
    group.deliver();
  }

  tick(): void {
    const { group, impairment } = this;
    this.ticks += 1;
    // While its disk is busy, a member does nothing else: etcd writes its log before it sends and answers.
    for (const [member, delay] of impairment.slow ?? [])
      group.pause(this.nodeOf(member), impairment.paused.includes(member) || this.ticks % Math.ceil(delay / TICK) !== 0);
    group.tick();
    group.deliver();
    this.proceed();
  }

  /** Proposes the next change to the leader, once the one before it is made. */
  private proceed(): void {
    const { group, changes } = this;
    const leader = [...group.nodes.values()].find(({ role }) => role === 'leader');
    while (leader && changes[0] && isMade(leader, changes[0])) changes.shift();
    const [change] = changes;
    if (!change || !leader || !this.isDue(change, leader) || !leader.propose('', change)) return;
    group.collect(leader.id);
    group.deliver();
  }

  private number(id: string): number {
    this.numbered += 1;
    this.numbers.set(id, this.numbered);
    return this.numbered;
  }

  /** The number in the group of the member on a node; 0 if there is none. */
  private nodeOf(member: Member): number {
    const peer = this.peers.find(({ node }) => node === this.history.members[member]);
    return (peer && this.numbers.get(peer.id)) ?? 0;
  }

  /** Others are to take part: an added member is one before it is started, one that is removed ends. */
  private follow(peers: readonly EtcdPeer[]): void {
    const before = this.peers;
    if (peers === before) return;
    this.peers = peers;
    for (const { id, node, isLearner } of peers) {
      const known = before.find((peer) => peer.id === id);
      const number = known ? (this.numbers.get(id) ?? 0) : this.number(id);
      if (!known || (known.isLearner && !isLearner)) this.changes.push({ change: isLearner ? 'addLearner' : 'addVoter', node: number });
      if (node !== undefined && known?.node === undefined) this.join(number);
    }
    const removed = before.filter(({ id }) => !peers.some((peer) => peer.id === id)).map(({ id }) => this.numbers.get(id) ?? 0);
    for (const node of removed) this.changes.push({ change: 'remove', node });
    this.proceed();
    for (const node of removed) this.group.stop(node);
  }

  /** A member without data is started: it gets the leader's. */
  private join(node: number): void {
    this.group.start(node, emptyDisk({ voters: [], learners: [] }, { index: 0, term: 0 }));
  }

  /** Whether the others can agree that members are removed; otherwise these are restored from a backup with what they had. */
  private hasQuorumWithout(members: readonly Member[]): boolean {
    const { stopped, paused } = this.impairment;
    const voters = this.peers.filter(({ isLearner }) => !isLearner);
    const others = voters.filter(({ node = '' }) => {
      const member = this.history.members.indexOf(node);
      return member >= 0 && ![members, stopped, paused].some((without) => without.includes(member));
    });
    return others.length >= quorumOf(voters.length);
  }

  /** A member that has lost its data is removed, and added again as a learner that gets the leader's data (etcdctl member). */
  private replace(member: Member): void {
    const peer = this.peers.find(({ node }) => node === this.history.members[member]);
    if (peer === undefined) return;
    const former = this.nodeOf(member);
    const node = this.number(peer.id);
    this.join(node);
    this.changes.push({ change: 'remove', node: former }, { change: 'addLearner', node });
    if (!peer.isLearner) this.changes.push({ change: 'addVoter', node });
  }

  /** A learner is not promoted before it is in sync with the leader. */
  private isDue({ change, node }: ConfigurationChange, leader: Raft): boolean {
    const isPromotion = change === 'addVoter' && leader.configuration.learners.includes(node);
    return !isPromotion || this.group.nodes.get(node)?.log.lastIndex === leader.log.lastIndex;
  }

  state(at: Instant): EtcdState {
    const numbers = this.history.members.map((_, member) => this.nodeOf(member));
    const members = numbers.map((number): MemberState => {
      const raft = this.group.nodes.get(number);
      if (raft === undefined) return { role: 'stopped', term: 0 };
      const known = raft.leader === 0 ? -1 : numbers.indexOf(raft.leader);
      const role = raft.role === 'follower' && !raft.configuration.voters.includes(raft.id) ? 'learner' : raft.role;
      return { role, term: raft.term, ...(known < 0 ? {} : { leader: known }) };
    });
    const leader = members.findIndex(({ role, term }, member) => role === 'leader' && this.isFollowed(member, term, members));
    return { at, members, ...(leader < 0 ? {} : { leader }) };
  }

  private isFollowed(leader: Member, term: number, members: readonly MemberState[]): boolean {
    if (this.impairment.paused.includes(leader)) return false;
    const followers = members.filter((other, member) => {
      if (member === leader) return true;
      const reachable = !this.impairment.paused.includes(member) && !this.group.isCut(this.nodeOf(leader), this.nodeOf(member));
      return reachable && other.role === 'follower' && other.term === term && other.leader === leader;
    });
    const voters = this.group.nodes.get(this.nodeOf(leader))?.configuration.voters ?? [];
    return followers.length >= quorumOf(voters.length);
  }
}

const same = (one: EtcdState, other: EtcdState): boolean => JSON.stringify({ ...one, at: 0 }) === JSON.stringify({ ...other, at: 0 });

/** The states of etcd since the last impairment began, oldest first: pure, the same in every process. */
export function etcdStates(history: ControlPlaneHistory): EtcdState[] {
  const members = new Members(history);
  let states: EtcdState[] = [];
  history.impairments.forEach((impairment, position) => {
    members.impair(impairment);
    const next = history.impairments[position + 1];
    const ticks = next === undefined ? MOST_TICKS : Math.min(MOST_TICKS, Math.floor((next.at - impairment.at) / TICK));
    states = [members.state(impairment.at)];
    // A slow member learns of the others when it is done with what it does.
    const enough = QUIET_TICKS + Math.max(0, ...(impairment.slow ?? []).map(([, delay]) => Math.ceil(delay / TICK)));
    for (let tick = 1, quiet = 0; tick <= ticks && quiet < enough; tick += 1) {
      members.tick();
      const state = members.state(impairment.at + tick * TICK);
      const last = states[states.length - 1];
      quiet = last !== undefined && same(state, last) ? quiet + 1 : 0;
      if (quiet === 0) states.push(state);
    }
  });
  return states.length > 0 ? states : [members.state(0)];
}

/** The state at a time, and the first one after it that fulfils a condition. */
export function stateAt(states: readonly EtcdState[], now: Instant): EtcdState {
  return states.findLast(({ at }) => at <= now) ?? (states[0] as EtcdState);
}
