import type { Configuration, ConfigurationChange } from './configuration.js';

/** A node of a group: 1, 2, 3 … */
export type NodeId = number;

/** No node. */
export const NOBODY: NodeId = 0;

/** One entry of the log. A leader begins its term with one that is empty. */
export interface Entry {
  readonly term: number;
  readonly index: number;
  readonly data: string;
  readonly change?: ConfigurationChange;
}

/** What replaces the entries up to an index. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly configuration: Configuration;
}

interface Head {
  readonly from: NodeId;
  readonly to: NodeId;
  /** The term of the sender; of a pre-vote, the term that it would campaign for. */
  readonly term: number;
}

/** What nodes send one another. */
export type Message = Head &
  (
    | { readonly type: 'preVote' | 'vote'; readonly index: number; readonly logTerm: number; readonly transfer?: boolean }
    | { readonly type: 'preVoteAnswer' | 'voteAnswer'; readonly granted: boolean }
    | {
        readonly type: 'append';
        readonly index: number;
        readonly logTerm: number;
        readonly entries: readonly Entry[];
        readonly commit: number;
      }
    /** `index` is the last one that matches, or the one that was refused with what may match instead. */
    | { readonly type: 'appendAnswer'; readonly index: number; readonly refused?: { readonly hint: number; readonly term: number } }
    | { readonly type: 'heartbeat'; readonly commit: number; readonly read?: number }
    | { readonly type: 'heartbeatAnswer'; readonly read?: number }
    | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
    | { readonly type: 'timeoutNow' }
    | { readonly type: 'propose'; readonly data: string }
    | { readonly type: 'readIndex'; readonly context: string }
    | { readonly type: 'readIndexAnswer'; readonly context: string; readonly index: number }
  );

type DraftOf<M> = M extends Message ? Omit<M, 'from' | 'term'> & { readonly term?: number } : never;

/** A message before its sender is filled in. */
export type Draft = DraftOf<Message>;
