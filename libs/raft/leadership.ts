import { type Configuration, majorityIndex, quorumOf } from './configuration.js';
import type { NodeId } from './message.js';

/** What a leader knows of a node. */
export interface Progress {
  /** The highest index that is known to match. */
  match: number;
  /** The next one to send. */
  next: number;
  /** It has answered since the last check of the quorum. */
  active: boolean;
}

/** A read that waits until a majority has confirmed the leader. */
interface PendingRead {
  readonly context: string;
  readonly from: NodeId;
  readonly index: number;
  readonly confirmedBy: Set<NodeId>;
}

/** A confirmed read. */
export type ConfirmedRead = Pick<PendingRead, 'context' | 'from' | 'index'>;

/** What a node knows while it is the leader. */
export class Leadership {
  readonly progress = new Map<NodeId, Progress>();
  /** The index of the last change of the configuration: there is no other one before it is applied. */
  lastChange = 0;
  /** Who is to become the leader. */
  transferee: NodeId | undefined;
  private readonly reads = new Map<number, PendingRead>();
  private nextRead = 1;

  constructor(
    private readonly id: NodeId,
    configuration: Configuration,
    lastIndex: number,
  ) {
    this.follow(configuration, lastIndex);
  }

  /** Keeps the progress of exactly the nodes of a configuration. */
  follow({ voters, learners }: Configuration, lastIndex: number): void {
    const nodes = new Set([...voters, ...learners]);
    for (const node of this.progress.keys()) if (!nodes.has(node)) this.progress.delete(node);
    for (const node of nodes)
      if (!this.progress.has(node)) this.progress.set(node, { match: 0, next: lastIndex + 1, active: node === this.id });
  }

  majorityIndex(configuration: Configuration): number {
    return majorityIndex(configuration, (node) => this.progress.get(node)?.match ?? 0);
  }

  /** Whether a majority has answered since the last call. */
  hasQuorum({ voters }: Configuration): boolean {
    const active = voters.filter((node) => node === this.id || this.progress.get(node)?.active).length;
    for (const progress of this.progress.values()) progress.active = false;
    return active >= quorumOf(voters.length);
  }

  /** Notes a read; returns its number, which goes with the heartbeats that confirm it. */
  addRead(read: { context: string; from: NodeId; index: number }): number {
    const number = this.nextRead;
    this.nextRead += 1;
    this.reads.set(number, { ...read, confirmedBy: new Set([this.id]) });
    return number;
  }

  get lastRead(): number | undefined {
    return this.reads.size === 0 ? undefined : this.nextRead - 1;
  }

  /** A node has confirmed the leader for a read: it and all earlier ones are done if a majority has. */
  confirm(number: number | undefined, node: NodeId, { voters }: Configuration): ConfirmedRead[] {
    const read = number === undefined ? undefined : this.reads.get(number);
    if (number === undefined || read === undefined) return [];
    if (voters.includes(node)) read.confirmedBy.add(node);
    if (voters.filter((each) => read.confirmedBy.has(each)).length < quorumOf(voters.length)) return [];
    const done = [...this.reads].filter(([earlier]) => earlier <= number);
    for (const [earlier] of done) this.reads.delete(earlier);
    return done.map(([, { context, from, index }]) => ({ context, from, index }));
  }
}
