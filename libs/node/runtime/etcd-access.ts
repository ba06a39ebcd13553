/** A member of etcd as of now. */
export interface EtcdMemberState {
  /** The node that it runs on. */
  readonly name: string;
  readonly role: string;
  readonly term: number;
  /** The position of the leader that it knows. */
  readonly leader?: number;
}

/** A key and its value in etcd. */
interface EtcdKey {
  readonly key: string;
  readonly value: string;
}

/** etcd as its own client reaches it. */
export interface EtcdAccess {
  members(): readonly EtcdMemberState[];
  /** Whether the disk of a member is full. */
  isFull(): boolean;
  revision(): Promise<number>;
  /** Keys from a prefix on, below /registry, in their order. */
  keys(prefix: string): Promise<readonly EtcdKey[]>;
}
