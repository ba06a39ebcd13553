import { type ConfigurationChange, changedConfiguration } from './configuration.js';
import { Elections, type Of, type RaftOptions } from './elections.js';
import type { ConfirmedRead, Leadership, Progress } from './leadership.js';
import { type Entry, type Message, NOBODY, type NodeId } from './message.js';

/**
 * One node of a Raft group as a state machine: messages and ticks in, messages and committed entries out. With pre-vote and check-quorum, as
 * etcd runs it (etcd-io/raft). Does no I/O and reads no clock.
 */
export class Raft extends Elections {
  constructor(options: RaftOptions) {
    super(options);
    this.apply();
  }

  tick(): void {
    this.elapsed += 1;
    if (this.leadership) this.tickAsLeader(this.leadership);
    else if (this.elapsed >= this.timeout && this.isVoter) this.campaign('preVote');
  }

  private tickAsLeader(leadership: Leadership): void {
    this.heartbeat += 1;
    if (this.elapsed >= this.options.electionTicks) {
      this.elapsed = 0;
      leadership.transferee = undefined;
      if (!leadership.hasQuorum(this.configuration)) {
        this.becomeFollower(this.term, NOBODY);
        return;
      }
    }
    if (this.heartbeat < this.options.heartbeatTicks) return;
    this.heartbeat = 0;
    this.sendHeartbeats(leadership.lastRead);
  }

  /** Appends an entry, or passes it on to the leader. False if there is none, or it is about to be replaced. */
  propose(data: string, change?: ConfigurationChange): boolean {
    const { leadership } = this;
    if (leadership === undefined) {
      if (this.leader === NOBODY || change) return false;
      this.send({ type: 'propose', to: this.leader, data });
      return true;
    }
    if (leadership.transferee !== undefined || (change && !this.isAllowed(change, leadership))) return false;
    const { index } = this.append({ data, ...(change ? { change } : {}) });
    if (change) leadership.lastChange = index;
    this.replicate(leadership);
    return true;
  }

  /** One change at a time, and somebody has to be left. */
  private isAllowed(change: ConfigurationChange, { lastChange }: Leadership): boolean {
    return lastChange <= this.applied && changedConfiguration(this.configuration, change).voters.length > 0;
  }

  /** Asks for an index at which a read sees everything that was committed before it. */
  readIndex(context: string): boolean {
    if (this.leadership) this.read({ context, from: this.id });
    else if (this.leader === NOBODY) return false;
    else this.send({ type: 'readIndex', to: this.leader, context });
    return true;
  }

  /** Makes another voter the leader once it has the whole log. */
  transferTo(node: NodeId): boolean {
    const progress = this.leadership?.progress.get(node);
    if (!this.leadership || !progress || node === this.id || !this.configuration.voters.includes(node)) return false;
    this.leadership.transferee = node;
    this.elapsed = 0;
    if (progress.match === this.log.lastIndex) this.send({ type: 'timeoutNow', to: node });
    else this.sendAppend(node, progress);
    return true;
  }

  /** Replaces applied entries by a snapshot. */
  compact(index = this.applied): void {
    if (index <= this.applied) this.log.compact(index, this.configuration);
  }

  step(message: Message): void {
    if (message.term > this.term && !this.meetNewerTerm(message)) return;
    if (message.term < this.term) this.answerOlderTerm(message);
    else if (message.type === 'preVote' || message.type === 'vote') this.vote(message);
    else if (message.type === 'preVoteAnswer' || message.type === 'voteAnswer') this.count(message);
    else if (message.type === 'append' || message.type === 'heartbeat' || message.type === 'snapshot') this.obey(message);
    else if (message.type === 'readIndexAnswer') this.output.reads.push({ context: message.context, index: message.index });
    else if (message.type !== 'timeoutNow') {
      if (this.leadership) this.lead(this.leadership, message);
    } else if (this.isVoter && this.role !== 'leader') this.campaign('vote', true);
  }

  /** A message of the leader of this term. */
  private obey(message: Of<'append' | 'heartbeat' | 'snapshot'>): void {
    if (this.role !== 'follower') this.becomeFollower(message.term, message.from);
    this.leader = message.from;
    this.elapsed = 0;
    if (message.type === 'append') this.follow(message);
    else if (message.type === 'snapshot') this.restore(message);
    else {
      this.log.commitTo(message.commit);
      this.apply();
      this.send({ type: 'heartbeatAnswer', to: message.from, ...(message.read === undefined ? {} : { read: message.read }) });
    }
  }

  private follow({ from, index, logTerm, entries, commit }: Of<'append'>): void {
    const { log } = this;
    if (index < log.committed) {
      this.send({ type: 'appendAnswer', to: from, index: log.committed });
      return;
    }
    const last = log.follow(index, logTerm, entries);
    if (last === undefined) {
      const { index: hint, term } = log.lastUpTo(index, logTerm);
      this.send({ type: 'appendAnswer', to: from, index, refused: { hint, term } });
      return;
    }
    log.commitTo(Math.min(commit, last));
    this.apply();
    this.send({ type: 'appendAnswer', to: from, index: last });
  }

  private restore({ from, snapshot }: Of<'snapshot'>): void {
    const { log } = this;
    if (snapshot.index > log.committed) {
      if (log.termOf(snapshot.index) === snapshot.term) log.commitTo(snapshot.index);
      else {
        log.restore(snapshot);
        this.applied = snapshot.index;
        this.configuration = snapshot.configuration;
      }
      this.apply();
    }
    this.send({ type: 'appendAnswer', to: from, index: log.committed });
  }

  private lead(leadership: Leadership, message: Message): void {
    const progress = leadership.progress.get(message.from);
    if (message.type === 'propose') this.propose(message.data);
    else if (message.type === 'readIndex') this.read(message);
    else if (progress === undefined) return;
    else if (message.type === 'appendAnswer') this.advance(leadership, message, progress);
    else if (message.type === 'heartbeatAnswer') {
      progress.active = true;
      if (progress.match < this.log.lastIndex) this.sendAppend(message.from, progress);
      this.answer(leadership.confirm(message.read, message.from, this.configuration));
    }
  }

  private advance(leadership: Leadership, { from, index, refused }: Of<'appendAnswer'>, progress: Progress): void {
    progress.active = true;
    if (refused) {
      // Refusals that came late say nothing new.
      if (index <= progress.match) return;
      progress.next = Math.max(progress.match, Math.min(index - 1, this.log.lastUpTo(refused.hint, refused.term).index)) + 1;
      this.sendAppend(from, progress);
      return;
    }
    if (index <= progress.match) return;
    progress.match = index;
    progress.next = Math.max(progress.next, index + 1);
    if (this.commit(leadership)) this.replicate(leadership);
    else if (index < this.log.lastIndex) this.sendAppend(from, progress);
    if (leadership.transferee === from && index === this.log.lastIndex) this.send({ type: 'timeoutNow', to: from });
  }

  protected begin(leadership: Leadership): void {
    this.append({ data: '' });
    this.replicate(leadership);
  }

  private append(entry: Pick<Entry, 'data' | 'change'>): Entry {
    const added = this.log.append({ ...entry, term: this.term });
    const own = this.leadership?.progress.get(this.id);
    if (own) own.match = added.index;
    return added;
  }

  /** Commits what a majority has, but only entries of this term by counting (Raft, 5.4.2). Whether there was anything. */
  private commit(leadership: Leadership): boolean {
    const index = leadership.majorityIndex(this.configuration);
    if (index <= this.log.committed || this.log.termOf(index) !== this.term) return false;
    this.log.commitTo(index);
    this.apply();
    const { early } = this;
    this.early = [];
    if (this.leadership) for (const read of early) this.read(read);
    return true;
  }

  private apply(): void {
    while (this.applied < this.log.committed) {
      const entry = this.log.at(this.applied + 1);
      if (entry === undefined) return;
      this.applied += 1;
      this.output.committed.push(entry);
      if (entry.change) this.reconfigure(entry.change);
    }
  }

  private reconfigure(change: ConfigurationChange): void {
    this.configuration = changedConfiguration(this.configuration, change);
    const { leadership } = this;
    if (leadership === undefined) return;
    leadership.follow(this.configuration, this.log.lastIndex);
    if (!this.isVoter) {
      // The others learn that its removal is committed: two of which one is left could not agree on a leader otherwise.
      this.sendHeartbeats(undefined);
      this.becomeFollower(this.term, NOBODY);
    }
    // With fewer voters, more may be committed.
    else if (this.commit(leadership)) this.replicate(leadership);
  }

  private replicate(leadership: Leadership): void {
    // The only voter has its majority at once.
    this.commit(leadership);
    // A leader that was removed has just resigned.
    if (this.leadership !== leadership) return;
    for (const [node, progress] of leadership.progress) if (node !== this.id) this.sendAppend(node, progress);
  }

  private sendAppend(to: NodeId, progress: Progress): void {
    const { log } = this;
    const index = progress.next - 1;
    const logTerm = log.termOf(index);
    if (logTerm === undefined) {
      progress.next = log.snapshot.index + 1;
      this.send({ type: 'snapshot', to, snapshot: log.snapshot });
      return;
    }
    const entries = log.from(progress.next);
    progress.next += entries.length;
    this.send({ type: 'append', to, index, logTerm, entries, commit: log.committed });
  }

  private sendHeartbeats(read: number | undefined): void {
    for (const [to, { match }] of this.leadership?.progress ?? [])
      if (to !== this.id)
        this.send({ type: 'heartbeat', to, commit: Math.min(match, this.log.committed), ...(read === undefined ? {} : { read }) });
  }

  private read({ context, from }: { context: string; from: NodeId }): void {
    const { leadership, log } = this;
    if (leadership === undefined) return;
    if (log.termOf(log.committed) !== this.term) {
      this.early.push({ context, from });
      return;
    }
    const number = leadership.addRead({ context, from, index: log.committed });
    if (this.configuration.voters.length > 1) this.sendHeartbeats(number);
    else this.answer(leadership.confirm(number, this.id, this.configuration));
  }

  private answer(reads: readonly ConfirmedRead[]): void {
    for (const { context, from, index } of reads) {
      if (from === this.id) this.output.reads.push({ context, index });
      else this.send({ type: 'readIndexAnswer', to: from, context, index });
    }
  }
}
