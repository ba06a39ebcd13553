/** A fault to inject. Without a component it concerns the node as a whole, without a node all instances of the component. */
export interface GraphFaultRequest {
  type: string;
  component?: string;
  node?: string;
  peer?: string;
  exitCode?: number;
  /** A duration such as `30s`. */
  delay?: string;
  /** A duration, negative if the clock is behind. */
  skew?: string;
  image?: string;
}

/** A fault that is in effect. */
export interface GraphFault extends GraphFaultRequest {
  id: string;
  /** Cluster time, in milliseconds since 1970. */
  since: number;
  symptoms: readonly string[];
}

/** A member of etcd. */
export interface GraphEtcdMember {
  name: string;
  role: string;
  term: number;
  leader?: string;
}

/** Etcd as its members see it. */
export interface GraphEtcd {
  members: readonly GraphEtcdMember[];
  leader?: string;
  revision: number;
  dbSize: number;
  alarms: readonly string[];
}

/** The faults in effect, and which were injected and healed since the change before. */
export interface GraphFaultChange {
  faults: readonly GraphFault[];
  injected: readonly GraphFault[];
  healed: readonly GraphFault[];
}

/** What is broken in the cluster on purpose. */
export interface GraphFaults {
  list(): Promise<readonly GraphFault[]>;
  /** The faults as they are now, then each change, until stopped. */
  follow(on: { next(change: GraphFaultChange): void; end(error?: Error): void }): Promise<() => void>;
  etcd(): Promise<GraphEtcd>;
  /** The refusal, if nothing would feel it. */
  inject(request: GraphFaultRequest): Promise<GraphFault | { refused: string }>;
  heal(id: string): Promise<boolean>;
}
