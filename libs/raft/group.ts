import type { Configuration } from './configuration.js';
import type { HardState, Output, RaftOptions } from './elections.js';
import type { Message, NodeId } from './message.js';
import { NOBODY } from './message.js';
import { Raft } from './raft.js';
import { RaftLog } from './raft-log.js';

export interface GroupOptions extends Pick<RaftOptions, 'electionTicks' | 'heartbeatTicks'> {
  /** Draws for a node, the n-th time, a number from 0 up to, and without, the given one. */
  draw(node: NodeId, nth: number, below: number): number;
}

/** A disk without anything on it but who takes part; `index` and `term` as after so many committed entries. */
export function emptyDisk(configuration: Configuration, { index, term }: { index: number; term: number }): HardState {
  return { term, vote: NOBODY, log: new RaftLog({ index, term, configuration }) };
}

/** The nodes of a group and the network between them, both of which can fail. */
export class Group {
  readonly nodes = new Map<NodeId, Raft>();
  private readonly disks = new Map<NodeId, HardState>();
  private readonly draws = new Map<NodeId, number>();
  private readonly paused = new Set<NodeId>();
  /** Messages under way. */
  private wire: Message[] = [];
  private readonly cuts = new Set<string>();

  constructor(
    private readonly options: GroupOptions,
    private readonly seen: (node: NodeId, output: Output) => void = () => undefined,
  ) {}

  /** A node begins, or begins again with what is on its disk. */
  start(id: NodeId, disk?: HardState): void {
    const found = disk ?? this.disks.get(id);
    if (found === undefined) return;
    this.disks.set(id, found);
    const draw = (below: number): number => {
      const nth = this.draws.get(id) ?? 0;
      this.draws.set(id, nth + 1);
      return this.options.draw(id, nth, below);
    };
    this.nodes.set(id, new Raft({ ...this.options, id, disk: found, draw }));
    this.collect(id);
  }

  /** A node ends; its disk stays. */
  stop(id: NodeId): void {
    this.nodes.delete(id);
  }

  /** A node does nothing, and goes on with what it remembers. */
  pause(id: NodeId, paused: boolean): void {
    if (paused) this.paused.add(id);
    else this.paused.delete(id);
  }

  cut(one: NodeId, other: NodeId, cut: boolean): void {
    for (const pair of [`${one} ${other}`, `${other} ${one}`]) {
      if (cut) this.cuts.add(pair);
      else this.cuts.delete(pair);
    }
  }

  isCut(from: NodeId, to: NodeId): boolean {
    return this.cuts.has(`${from} ${to}`);
  }

  /** Takes what a node has to send. */
  collect(id: NodeId): void {
    const output = this.nodes.get(id)?.take();
    if (output === undefined) return;
    this.wire.push(...output.messages);
    this.seen(id, output);
  }

  tick(): void {
    for (const [id, node] of this.nodes) {
      if (this.paused.has(id)) continue;
      node.tick();
      this.collect(id);
    }
  }

  /** Delivers messages until none is under way, or the given number. `kept` says which get through. Returns those that did. */
  deliver(most = Number.POSITIVE_INFINITY, kept: (message: Message) => boolean = () => true): Message[] {
    const delivered: Message[] = [];
    for (let count = 0; count < most && this.wire.length > 0; ) {
      const wire = this.wire.splice(0, most - count);
      count += wire.length;
      for (const message of wire) if (kept(message) && this.handOver(message)) delivered.push(message);
    }
    return delivered;
  }

  /** Reorders what is under way. */
  shuffle(order: (messages: Message[]) => Message[]): void {
    this.wire = order(this.wire);
  }

  private handOver(message: Message): boolean {
    const { from, to } = message;
    const node = this.nodes.get(to);
    if (node === undefined || this.paused.has(to) || this.isCut(from, to)) return false;
    node.step(message);
    this.collect(to);
    return true;
  }
}
