import { type Instant, type RandomSource, seededRandom } from '#apimachinery';
import { defaultElection, type LeaderElection } from '#apiserver';
import { diskTimesAt, hasSlowDisk, type SlowWrites } from './disk-times.js';
import { type EtcdState, etcdStates, stateAt } from './etcd.js';
import { cutBetween, type FaultList, type FaultType, type FaultyComponent, type Hold, holdOf, holdsOf, skewAt, slowOf } from './fault.js';
import {
  type ControlPlaneHistory,
  hangsAfter,
  impairmentOf,
  isSound,
  type LeaderChanges,
  leaderChangesThrough,
  sameImpairment,
} from './history.js';
import {
  ELECTED,
  type Elected,
  firstBase,
  type InstanceElection,
  type LeaderBase,
  type Leadership,
  leadershipAt,
  nextBase,
} from './leader-election.js';
import { type EtcdPeer, type Knowledge, kubeadmsPeers } from './membership.js';

/** Impairments of etcd that are remembered: after more of them it is as if all members agreed. */
const MOST_IMPAIRMENTS = 16;

/** Whether clients' requests can be answered. */
export type Serving =
  | { state: 'whole' }
  /** No API server is up. */
  | { state: 'down' }
  /** No API server that is up reaches a member of etcd that can write: from cache alone. `until`: when that ends, if it is known. */
  | { state: 'no-store'; refused: boolean; until?: Instant };

/** Whose requests are to be served. */
export interface RequestingClient {
  /** Tells its connections from others'. */
  name: string;
  /** The node of the control plane on which it runs, if so: it asks the API server there. */
  node?: string;
  writes: boolean;
}

/** What the control plane is like from a time on. */
interface NextState extends Pick<FaultList, 'elections' | 'peers'> {
  holds: readonly Hold[];
  /** etcd begins anew with these members. */
  isNewCluster?: boolean;
  /** Of the store, by then. */
  revision: number;
}

const WHOLE: Serving = { state: 'whole' };

/** Whether a process has ended: it does not hold its port any more, and its successor has another identity. */
const ends = (hold: Hold | undefined): boolean => hold !== undefined && hold.type !== 'pause';

/** The control plane of a cluster with faults, at any time since they changed last. Immutable. */
export class ControlPlaneState {
  private readonly random: RandomSource;
  private etcd: EtcdState[] | undefined;

  constructor(
    /** What keeps its parts from working. */
    readonly holds: readonly Hold[],
    readonly history: ControlPlaneHistory,
    private readonly elections: readonly InstanceElection[] = [],
    /** The members of etcd; unset: those of kubeadm. */
    private readonly others?: readonly EtcdPeer[],
  ) {
    this.random = seededRandom(history.seed);
  }

  /** The members of etcd, started or not. */
  get peers(): readonly EtcdPeer[] {
    return this.others ?? kubeadmsPeers(this.history.members);
  }

  /** What the leader of etcd knows of the members; undefined if there is none that a majority follows. */
  etcdKnowledge(now: Instant): Knowledge | undefined {
    const { leader, members } = this.etcdAt(now);
    if (leader === undefined) return undefined;
    const { paused, cuts } = impairmentOf(this.holds, this.history.members, now);
    const at = (node: string): number => this.history.members.indexOf(node);
    return {
      now,
      isConnected: (node) => {
        const isCut = cuts.some((cut) => cut.includes(leader) && cut.includes(at(node)) && leader !== at(node));
        return (members[at(node)]?.role ?? 'stopped') !== 'stopped' && !paused.includes(at(node)) && !isCut;
      },
      isInSync: (node) => members[at(node)]?.leader === leader,
    };
  }

  /** The members of etcd. */
  etcdAt(now: Instant): EtcdState {
    return stateAt(this.states, now);
  }

  /** How often the leader of etcd has changed, the first election included. */
  leaderChanges(now: Instant): number {
    return 1 + this.changesOfLeader(now).count;
  }

  private changesOfLeader(now: Instant): LeaderChanges {
    const { leaderChanges = { count: 0, leader: 0 } } = this.history;
    return leaderChangesThrough(leaderChanges, this.states, now);
  }

  /** The writes of the members of etcd up to a revision of the store that took any time. */
  slowWrites(revision: number): readonly SlowWrites[] {
    const { members, diskTimes } = this.history;
    return diskTimesAt(diskTimes, { holds: this.holds, members, revision })?.slow ?? [];
  }

  serving(now: Instant): Serving {
    const { members } = this.history;
    const up = members.flatMap((node, position) => (holdOf(this.holds, 'kube-apiserver', node) ? [] : [position]));
    if (up.length === 0) return { state: 'down' };
    const served = (state: EtcdState) => up.some((position) => this.reachesLeader(position, state));
    if (served(this.etcdAt(now))) return WHOLE;
    const refused = up.every((position) => ends(holdOf(this.holds, 'etcd', members[position] ?? '')));
    const next = this.states.find((state) => state.at > now && served(state));
    return { state: 'no-store', refused, ...(next ? { until: next.at } : {}) };
  }

  /** Whether the disk of a member of etcd is full: one is enough to raise the alarm NOSPACE for all. */
  get isFull(): boolean {
    return this.holds.some(({ type, component }) => type === 'fill-disk' && component === 'etcd');
  }

  /**
   * How long a request of a client takes because the API server that it comes to is slow, and a write because the leader of etcd is. A
   * follower's slowness is not felt: a majority commits without it.
   */
  requestDelay(client: RequestingClient, now: Instant): number {
    if (!this.has('slow')) return 0;
    const server = this.serverOf(client);
    const serving = server === undefined ? 0 : (slowOf(this.holds, 'kube-apiserver', server)?.delay ?? 0);
    return serving + (client.writes ? this.commitDelay(now) : 0);
  }

  /** By how much the clock of the API server is ahead to which the connection of a client comes. */
  serverSkew(client: Pick<RequestingClient, 'name'>, now: Instant): number {
    const server = this.has('skew-clock') ? this.serverOf(client) : undefined;
    return server === undefined ? 0 : skewAt(this.holds, server, now);
  }

  /** The node of the API server to which the connection of a client comes: they are spread over those that are up. */
  private serverOf({ name, node }: Pick<RequestingClient, 'name' | 'node'>): string | undefined {
    const up = this.history.members.filter((member) => !holdOf(this.holds, 'kube-apiserver', member));
    if (node !== undefined && up.includes(node)) return node;
    return up[Math.floor(this.random.draw('server', name).next() * up.length)];
  }

  private commitDelay(now: Instant): number {
    const { leader } = this.etcdAt(now);
    return leader === undefined ? 0 : (slowOf(this.holds, 'etcd', this.history.members[leader] ?? '')?.delay ?? 0);
  }

  private has(wanted: FaultType): boolean {
    return this.holds.some(({ type }) => type === wanted);
  }

  leadership(name: Elected, now: Instant): Leadership {
    const { changedAt } = this.history;
    const base = this.baseOf(name);
    const draw = (instance: number) => this.random.draw(name, `${instance}/${base.transitions}`).next();
    const of = (instance: number) => this.electionOf(name, instance);
    return leadershipAt(base, { able: this.able(name), changedAt, now, draw, held: base.election ?? defaultElection(name), of });
  }

  /** How the instance of a component at a position takes part in its election, as its files are now. */
  electionOf(name: Elected, instance: number): LeaderElection {
    return this.listed(name, instance) ?? defaultElection(name);
  }

  private listed(name: Elected, instance: number): InstanceElection | undefined {
    return this.elections.find(({ component, node }) => component === name && node === this.history.members[instance]);
  }

  /** An election as of the last change; rows of former versions know nothing of components that were added since. */
  private baseOf(name: Elected): LeaderBase {
    const { leaders, changedAt } = this.history;
    return leaders[name] ?? firstBase(changedAt);
  }

  /** Who holds a Lease: a new name each time that it changes hands, because the process has ended or given up meanwhile. */
  identity(name: Elected, { holder, transitions }: Leadership): string {
    return `${this.history.members[holder]}_${this.random.draw('identity', `${name}/${transitions}`).uuid()}`;
  }

  /** Whether a node reaches an API server that is up. */
  reachesApi(node: string): boolean {
    return this.history.members.some((member) => !holdOf(this.holds, 'kube-apiserver', member) && !cutBetween(this.holds, node, member));
  }

  /** Since when a process hangs, and until when it did last. */
  hang(component: FaultyComponent, node: string): { since: Instant; until?: Instant; killed?: true } | undefined {
    const hold = holdOf(this.holds, component, node);
    if (hold?.type === 'pause') return { since: hold.since };
    return this.history.hangs?.find((each) => each.component === component && each.node === node);
  }

  /** The history when the faults, and with them maybe the members of etcd, become others. */
  next({ holds, elections = [], peers, isNewCluster = false, revision }: NextState, now: Instant): ControlPlaneHistory {
    const { history } = this;
    const after = new ControlPlaneState(holds, history, elections, peers);
    // A process with other flags is another process.
    const ended = (name: Elected) => (instance: number) =>
      ends(holdOf(holds, name, history.members[instance] ?? '')) || this.listed(name, instance) !== after.listed(name, instance);
    const leaders = ELECTED.map((name) => {
      const at = this.leadership(name, now);
      const election = this.listed(name, at.holder);
      return [name, nextBase(this.baseOf(name), at, { now, ended: ended(name), ...(election && { election }) })] as const;
    });
    const hangs = hangsAfter(history, { before: this.holds, after: holds, now });
    const { members, diskTimes = hasSlowDisk(holds, members) ? { revision, slow: [] } : undefined } = history;
    const times = diskTimesAt(diskTimes, { holds: this.holds, members, revision });
    return {
      ...history,
      ...(times ? { diskTimes: times } : {}),
      ...(hangs.length > 0 ? { hangs } : {}),
      leaderChanges: this.changesOfLeader(now),
      ...(isNewCluster ? this.newEtcd(after, now) : this.nextEtcd(after, now)),
      changedAt: now,
      leaders: Object.fromEntries(leaders),
    };
  }

  /** etcd begins anew with these members and the data of one of them. */
  private newEtcd({ holds, others, peers }: ControlPlaneState, now: Instant): Pick<ControlPlaneHistory, 'etcd' | 'impairments'> {
    const { members } = this.history;
    const term = 1 + Math.max(...this.etcdAt(now).members.map((member) => member.term));
    const [leader = 0] = peers.flatMap(({ node = '' }) => (members.includes(node) ? [members.indexOf(node)] : []));
    return { etcd: { leader, term, ...(others && { peers: others }) }, impairments: [impairmentOf(holds, members, now)] };
  }

  private nextEtcd({ holds, others }: ControlPlaneState, now: Instant): Pick<ControlPlaneHistory, 'etcd' | 'impairments'> {
    const { etcd, impairments, members } = this.history;
    const impairment = impairmentOf(holds, members, now, others);
    const last = impairments[impairments.length - 1] ?? impairmentOf([], members, 0);
    if (sameImpairment(last, impairment)) return { etcd, impairments };
    const state = this.etcdAt(now);
    const { leader } = state;
    const term = leader === undefined ? undefined : state.members[leader]?.term;
    if (leader !== undefined && term !== undefined && (isSound(last) || impairments.length >= MOST_IMPAIRMENTS))
      return { etcd: { leader, term, ...(this.others && { peers: this.others }) }, impairments: [impairment] };
    return { etcd, impairments: [...impairments.slice(-(2 * MOST_IMPAIRMENTS)), impairment] };
  }

  private get states(): EtcdState[] {
    this.etcd ??= etcdStates(this.history);
    return this.etcd;
  }

  private able(name: Elected): number[] {
    const { holds, history } = this;
    return history.members.flatMap((node, position) =>
      holdOf(holds, name, node) || holdOf(holds, 'kube-apiserver', node) ? [] : [position],
    );
  }

  /** An API server asks the member of etcd on its own node. */
  private reachesLeader(position: number, { leader, members }: EtcdState): boolean {
    const node = this.history.members[position] ?? '';
    if (leader === undefined || holdOf(this.holds, 'etcd', node)) return false;
    return members[position]?.leader === leader && !cutBetween(this.holds, node, this.history.members[leader] ?? '');
  }
}

/** The control plane before its first fault. */
export function soundHistory(members: readonly string[], seed: string, now: Instant): ControlPlaneHistory {
  const leaders = ELECTED.map((name) => [name, firstBase(now)]);
  return { seed, members, etcd: { leader: 0, term: 2 }, impairments: [], changedAt: now, leaders: Object.fromEntries(leaders) };
}

/** The control plane with these faults, since they changed last. */
export const stateOf = (list: FaultList): ControlPlaneState =>
  new ControlPlaneState(holdsOf(list), list.history, list.elections, list.peers);

interface Change {
  now: Instant;
  /** Of the store. */
  revision: number;
  /** etcd begins anew with the members that there are then. */
  isNewCluster?: boolean | undefined;
}

/** The faults as others, with the control plane's history. */
export function changedFaults(list: FaultList, next: FaultList, { now, ...change }: Change): FaultList {
  const { elections, peers } = next;
  return { ...next, history: stateOf(list).next({ holds: holdsOf(next), elections, peers, ...change }, now) };
}
