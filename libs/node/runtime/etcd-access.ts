/** A member of etcd as of now. */
export interface EtcdMemberState {
  /** 64 bits in hexadecimal. */
  readonly id: string;
  /** The node that it runs on; empty if it has never been started. */
  readonly name: string;
  /** Unset: by the address of its node. */
  readonly peerURLs?: readonly string[];
  readonly isLearner?: boolean;
  /** How many of its writes took how many milliseconds, because its disk was slow; the others took no time. */
  readonly slowWrites?: ReadonlyArray<{ readonly delay: number; readonly writes: number }>;
  readonly role: string;
  readonly term: number;
  /** The position of the leader that it knows. */
  readonly leader?: number;
}

/** A change of etcd's members. Ids are hexadecimal. */
export type EtcdChange =
  | { readonly change: 'add'; readonly peerURLs: readonly string[]; readonly isLearner: boolean }
  | { readonly change: 'remove'; readonly id: string }
  | { readonly change: 'promote'; readonly id: string }
  | { readonly change: 'update'; readonly id: string; readonly peerURLs: readonly string[] };

/** A key and its value in etcd. */
export interface EtcdKey {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
}

/** What the members of etcd tell of themselves. */
export interface EtcdFigures {
  readonly members: readonly EtcdMemberState[];
  readonly revision: number;
  readonly objects: number;
  readonly bytes: number;
  /** How often the leader has changed, the first election included. */
  readonly leaderChanges: number;
}

/** What a snapshot says of itself. */
export interface EtcdSnapshot {
  /** Of the keys and values. */
  readonly hash: string;
  readonly revision: number;
  readonly keys: number;
  /** Bytes of the keys and values. */
  readonly size: number;
}

/** etcd as its own client reaches it. */
export interface EtcdAccess {
  members(): readonly EtcdMemberState[];
  /** The id of the cluster, in hexadecimal. */
  clusterId(): string;
  /** Changes the members; resolves with why not, if the leader refuses. */
  change(change: EtcdChange): Promise<string | undefined>;
  /** Whether the disk of a member is full. */
  isFull(): boolean;
  /** As far as it is known without asking. */
  figures(): EtcdFigures;
  /** Notes that a directory of a node has what was stored at a revision. False: that is not known any more. */
  keep(directory: { node: string; path: string; revision: number }): Promise<boolean>;
  revision(): Promise<number>;
  /** Keeps what is stored now, so that it can be restored later. */
  snapshot(): Promise<EtcdSnapshot>;
  /** Keys from a prefix on, below /registry, in their order. */
  keys(prefix: string): Promise<readonly EtcdKey[]>;
}
