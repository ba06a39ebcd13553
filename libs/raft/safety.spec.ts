import { describe, expect, it } from '@jest/globals';
import type { Output } from './elections.js';
import { emptyDisk, Group } from './group.js';
import type { Entry } from './message.js';

/** A small generator, so that a failing run can be repeated by its number (mulberry32). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const textOf = ({ term, data, change }: Entry): string => JSON.stringify([term, data, change]);

/** Checks what Raft promises at each step of a run (Raft, figure 3). */
class Invariants {
  readonly applied = new Map<number, string>();
  private readonly leaders = new Map<number, number>();
  private checks = 0;

  constructor(private readonly group: () => Group) {}

  /** State machine safety: nobody applies another entry at an index. */
  see(node: number, { committed }: Output): void {
    for (const entry of committed) {
      const known = this.applied.get(entry.index);
      if (known !== undefined && known !== textOf(entry)) throw new Error(`node ${node} applies another entry ${entry.index}`);
      this.applied.set(entry.index, textOf(entry));
    }
  }

  check(): void {
    const nodes = [...this.group().nodes.values()];
    for (const { id, role, term, log } of nodes) {
      // Election safety: one leader a term.
      if (role !== 'leader') continue;
      if ((this.leaders.get(term) ?? id) !== id) throw new Error(`term ${term} has two leaders`);
      this.leaders.set(term, id);
      if (log.committed > log.lastIndex) throw new Error(`node ${id} has committed more than it has`);
    }
    this.checks += 1;
    // To compare all logs is slow, and what does not match stays so.
    if (this.checks % 50 !== 0) return;
    for (const [position, one] of nodes.entries()) for (const other of nodes.slice(position + 1)) this.match(one.log, other.log);
  }

  /** Log matching: where two logs have an entry of the same term, they are the same up to it. */
  private match(one: Group['nodes'] extends Map<number, { log: infer L }> ? L : never, other: typeof one): void {
    const first = Math.max(one.snapshot.index, other.snapshot.index) + 1;
    let same = false;
    for (let index = Math.min(one.lastIndex, other.lastIndex); index >= first; index -= 1) {
      const [a, b] = [one.at(index), other.at(index)] as [Entry, Entry];
      same ||= a.term === b.term;
      if (same && (a.term !== b.term || a.data !== b.data)) throw new Error(`the logs differ at ${index}`);
    }
  }
}

function run(seed: number, size: number, steps: number) {
  const roll = dice(seed);
  const ids = Array.from({ length: size }, (_, index) => index + 1);
  const invariants = new Invariants(() => group);
  const group: Group = new Group({ electionTicks: 10, heartbeatTicks: 1, draw: (_, __, below) => roll(below) }, (node, output) =>
    invariants.see(node, output),
  );
  const disk = () => emptyDisk({ voters: ids, learners: [] }, { index: 1, term: 1 });
  for (const id of ids) group.start(id, disk());
  const any = () => ids[roll(size)] as number;
  const acts: Array<() => void> = [
    () => group.cut(any(), any(), true),
    () => group.cut(any(), any(), false),
    () => group.stop(any()),
    () => void ids.filter((id) => !group.nodes.has(id)).forEach((id) => void group.start(id)),
    () => group.pause(any(), roll(2) === 0),
    () => group.nodes.get(any())?.compact(),
    () => group.nodes.get(any())?.transferTo(any()),
    () => group.nodes.get(any())?.propose('', { change: roll(2) === 0 ? 'remove' : 'addVoter', node: any() }),
  ];
  for (let step = 0; step < steps; step += 1) {
    if (roll(12) === 0) acts[roll(acts.length)]?.();
    if (roll(3) === 0) group.nodes.get(any())?.propose(`p${step}`);
    for (const id of ids) group.collect(id);
    group.tick();
    if (roll(4) === 0)
      group.shuffle((messages) =>
        messages
          .map((m) => [roll(1000), m] as const)
          .sort(([a], [b]) => a - b)
          .map(([, m]) => m),
      );
    // Some messages are lost, some stay under way for a while.
    group.deliver(roll(30), () => roll(10) > 0);
    invariants.check();
  }
  return { group, ids, invariants, disk };
}

describe('whatever the network and the nodes do', () => {
  it.each(Array.from({ length: 30 }, (_, seed) => [seed, [3, 5, 7][seed % 3] as number]))(
    'no promise is broken, and the group recovers: run %i of %i nodes',
    (seed, size) => {
      const { group, ids, invariants } = run(seed, size, 1200);
      for (const one of ids) {
        group.pause(one, false);
        for (const other of ids) group.cut(one, other, false);
        if (!group.nodes.has(one)) group.start(one);
      }
      for (let tick = 0; tick < 200; tick += 1) {
        group.tick();
        group.deliver();
        invariants.check();
      }
      const leaders = [...group.nodes.values()].filter(({ role }) => role === 'leader');
      expect(leaders.length).toBe(1);
      const [leader] = leaders;
      expect(leader?.propose('after all')).toBe(true);
      group.collect(leader?.id ?? 0);
      group.deliver();
      for (let tick = 0; tick < 3; tick += 1) {
        group.tick();
        group.deliver();
      }
      for (const id of leader?.configuration.voters ?? []) expect(group.nodes.get(id)?.log.committed).toBe(leader?.log.lastIndex);
      expect(invariants.applied.size).toBeGreaterThan(5);
    },
  );
});
