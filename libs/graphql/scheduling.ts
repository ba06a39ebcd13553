import type { KubeObject } from '#apimachinery';

/** What the plugins say of a node. */
export interface GraphNodeVerdict {
  node: string;
  feasible: boolean;
  filters: ReadonlyArray<{ plugin: string; passed: boolean; reasons?: readonly string[] }>;
  scores?: ReadonlyArray<{ plugin: string; score: number; weight: number }>;
  total?: number;
}

/** A decision of the scheduler with its reasons. */
export interface GraphDecision {
  pod: string;
  state: 'bound' | 'pending' | 'gated' | 'notOurs' | 'schedulerDown';
  revision: number;
  boundTo?: string;
  schedulerName?: string;
  node?: string;
  message?: string;
  note?: string;
  preemption?: { node: string; victims: readonly string[] };
  nodes?: readonly GraphNodeVerdict[];
  nodesLeftOut?: number;
}

/** Lets others work for a moment; throws if the operation has used too much. */
export type Pause = () => Promise<void>;

/** Why pods are where they are, why they are pending, and what would happen to others. */
export interface GraphScheduling {
  ofPod(namespace: string, name: string, pause: Pause): Promise<GraphDecision>;
  whatIf(pod: KubeObject, pause: Pause): Promise<GraphDecision>;
}
