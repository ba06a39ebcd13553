import { type Configuration, outcomeOf } from './configuration.js';
import { Leadership } from './leadership.js';
import { type Draft, type Entry, type Message, NOBODY, type NodeId } from './message.js';
import type { RaftLog } from './raft-log.js';

export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader';

/** What a node keeps on its disk. */
export interface HardState {
  term: number;
  vote: NodeId;
  log: RaftLog;
}

export interface RaftOptions {
  id: NodeId;
  /** Ticks without a leader after which a node campaigns, at least; the time-out is drawn from here to twice as many. */
  electionTicks: number;
  heartbeatTicks: number;
  /** Draws a number from 0 up to, and without, the given one. */
  draw(below: number): number;
  /** What a restarted node finds on its disk. */
  disk: HardState;
}

/** A read that may be answered once the index is applied. */
interface Read {
  readonly context: string;
  readonly index: number;
}

/** What a node has to do: to send, to apply, to answer. */
export interface Output {
  messages: Message[];
  committed: Entry[];
  reads: Read[];
}

/** The messages of some types. */
export type Of<T extends Message['type']> = Extract<Message, { type: T }>;

/** Who leads: terms, votes and time-outs of one node. What a leader does with its entries is added by Raft. */
export abstract class Elections {
  readonly id: NodeId;
  role: Role = 'follower';
  leader: NodeId = NOBODY;
  configuration: Configuration;
  protected readonly disk: HardState;
  protected leadership: Leadership | undefined;
  protected votes = new Map<NodeId, boolean>();
  protected elapsed = 0;
  protected heartbeat = 0;
  protected timeout = 0;
  protected applied: number;
  /** Reads that came before the leader had committed in its term. */
  protected early: Array<{ context: string; from: NodeId }> = [];
  protected output: Output = { messages: [], committed: [], reads: [] };

  constructor(protected readonly options: RaftOptions) {
    this.id = options.id;
    this.disk = options.disk;
    this.configuration = options.disk.log.snapshot.configuration;
    this.applied = options.disk.log.snapshot.index;
    this.drawTimeout();
  }

  get term(): number {
    return this.disk.term;
  }

  get log(): RaftLog {
    return this.disk.log;
  }

  /** What there is to do since the last call. */
  take(): Output {
    const { output } = this;
    this.output = { messages: [], committed: [], reads: [] };
    return output;
  }

  /** Whether it may be elected. */
  protected get isVoter(): boolean {
    return this.configuration.voters.includes(this.id);
  }

  /** Begins a term as its leader. */
  protected abstract begin(leadership: Leadership): void;

  /** False: the message is ignored. */
  protected meetNewerTerm(message: Message): boolean {
    const { type, term, from } = message;
    if (message.type === 'preVote' || message.type === 'vote') {
      // A node that hears of its leader elects no other one: whoever comes back from a partition disturbs nobody.
      const served = this.leader !== NOBODY && this.elapsed < this.options.electionTicks;
      if (served && !message.transfer) return false;
    }
    // A pre-vote changes nothing, and one that is granted has the term that was asked for.
    if (type === 'preVote' || (message.type === 'preVoteAnswer' && message.granted)) return true;
    this.becomeFollower(term, type === 'append' || type === 'heartbeat' || type === 'snapshot' ? from : NOBODY);
    return true;
  }

  protected answerOlderTerm({ type, from }: Message): void {
    // A leader that was replaced learns so from an answer of the newer term.
    if (type === 'append' || type === 'heartbeat') this.send({ type: 'appendAnswer', to: from, index: 0 });
    else if (type === 'preVote') this.send({ type: 'preVoteAnswer', to: from, granted: false });
  }

  protected vote({ type, from, term, index, logTerm }: Of<'preVote' | 'vote'>): void {
    const free =
      this.disk.vote === from || (this.disk.vote === NOBODY && this.leader === NOBODY) || (type === 'preVote' && term > this.term);
    const granted = free && this.log.isCoveredBy(index, logTerm);
    if (granted && type === 'vote') {
      this.elapsed = 0;
      this.disk.vote = from;
    }
    const answer = type === 'vote' ? 'voteAnswer' : 'preVoteAnswer';
    this.send({ type: answer, to: from, granted, term: granted ? term : this.term });
  }

  protected campaign(type: 'preVote' | 'vote', transfer = false): void {
    const term = this.term + 1;
    this.reset();
    this.role = type === 'vote' ? 'candidate' : 'preCandidate';
    if (type === 'vote') {
      this.disk.term = term;
      this.disk.vote = this.id;
    }
    this.votes.set(this.id, true);
    if (this.decide()) return;
    const { lastIndex: index, lastTerm: logTerm } = this.log;
    for (const to of this.configuration.voters)
      if (to !== this.id) this.send({ type, to, term, index, logTerm, ...(transfer ? { transfer } : {}) });
  }

  protected count({ type, from, granted }: Of<'preVoteAnswer' | 'voteAnswer'>): void {
    if (this.role !== (type === 'voteAnswer' ? 'candidate' : 'preCandidate') || this.votes.has(from)) return;
    this.votes.set(from, granted);
    this.decide();
  }

  /** Whether the votes have decided. */
  protected decide(): boolean {
    const outcome = outcomeOf(this.configuration, this.votes);
    if (outcome === 'pending') return false;
    if (outcome === 'lost') this.becomeFollower(this.term, NOBODY);
    else if (this.role === 'preCandidate') this.campaign('vote');
    else this.becomeLeader();
    return true;
  }

  protected becomeFollower(term: number, leader: NodeId): void {
    if (term > this.term) {
      this.disk.term = term;
      this.disk.vote = NOBODY;
    }
    this.reset();
    this.role = 'follower';
    this.leader = leader;
  }

  protected becomeLeader(): void {
    this.reset();
    this.role = 'leader';
    this.leader = this.id;
    this.leadership = new Leadership(this.id, this.configuration, this.log.lastIndex);
    // A change that an earlier leader has begun may still be committed.
    this.leadership.lastChange = this.log.lastIndex;
    this.begin(this.leadership);
  }

  protected reset(): void {
    this.leader = NOBODY;
    this.leadership = undefined;
    this.votes = new Map();
    this.early = [];
    this.elapsed = 0;
    this.heartbeat = 0;
    this.drawTimeout();
  }

  protected drawTimeout(): void {
    const { electionTicks, draw } = this.options;
    this.timeout = electionTicks + draw(electionTicks);
  }

  protected send(draft: Draft): void {
    this.output.messages.push({ term: this.term, ...draft, from: this.id } as Message);
  }
}
