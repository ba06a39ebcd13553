import type { NodeId } from './message.js';

/** Who takes part: voters elect and count for commits, learners only get the log. */
export interface Configuration {
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
}

/** A change of one node at a time, so that any two majorities before and after it overlap. */
export interface ConfigurationChange {
  /** `addVoter` promotes a learner. */
  readonly change: 'addVoter' | 'addLearner' | 'remove';
  readonly node: NodeId;
}

const without = (nodes: readonly NodeId[], node: NodeId): NodeId[] => nodes.filter((each) => each !== node);

/** The configuration after a change. A voter is not made a learner: that would be two changes. */
export function changedConfiguration({ voters, learners }: Configuration, { change, node }: ConfigurationChange): Configuration {
  if (change === 'remove') return { voters: without(voters, node), learners: without(learners, node) };
  if (change === 'addVoter') return { voters: [...without(voters, node), node], learners: without(learners, node) };
  return voters.includes(node) ? { voters, learners } : { voters, learners: [...without(learners, node), node] };
}

/** How many of so many voters are a majority. */
export const quorumOf = (voters: number): number => Math.floor(voters / 2) + 1;

/** The highest index that a majority of the voters has. */
export function majorityIndex({ voters }: Configuration, matching: (node: NodeId) => number): number {
  const indexes = voters.map(matching).sort((a, b) => b - a);
  return indexes[quorumOf(voters.length) - 1] ?? 0;
}

/** What the votes of a majority say. */
export function outcomeOf({ voters }: Configuration, votes: ReadonlyMap<NodeId, boolean>): 'won' | 'lost' | 'pending' {
  const quorum = quorumOf(voters.length);
  const granted = voters.filter((node) => votes.get(node) === true).length;
  const refused = voters.filter((node) => votes.get(node) === false).length;
  if (granted >= quorum) return 'won';
  return refused > voters.length - quorum ? 'lost' : 'pending';
}
