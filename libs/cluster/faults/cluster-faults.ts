import type { corev1 } from '#api';
import type { ApiServer } from '#apiserver';
import { FAULTS_KEY, type Fault, type FaultList, FaultRefused, type FaultRequest, NONE, withFault, withoutFault } from './fault.js';

const CAUSE = { requestId: 'faults', user: 'system:host', component: 'faults' };
/** Of the nodes that run the control plane. */
const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';
/** Tries to write the row while others write it. */
const ATTEMPTS = 10;

/** Injects, lists and heals the faults of a cluster. */
export class ClusterFaults {
  constructor(private readonly api: ApiServer) {}

  /** The faults that have not been healed, oldest first. */
  async list(): Promise<readonly Fault[]> {
    return (await this.row()).list.faults;
  }

  /** Throws FaultRefused. */
  async inject(request: FaultRequest): Promise<Fault> {
    const nodes = await this.nodes();
    const { faults } = await this.change((list) => withFault(list, request, { nodes, now: this.api.cluster.clock.now() }));
    return faults[faults.length - 1] as Fault;
  }

  /** Whether there was such a fault. */
  async heal(id: string): Promise<boolean> {
    let found = true;
    await this.change((list) => {
      const left = withoutFault(list, id);
      found = left !== undefined;
      return left ?? list;
    });
    return found;
  }

  private async row() {
    const row = await this.api.cluster.store.get(FAULTS_KEY);
    return { row, list: (row?.object as FaultList | undefined) ?? NONE };
  }

  private async change(how: (list: FaultList) => FaultList): Promise<FaultList> {
    const { store, clock } = this.api.cluster;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { row, list } = await this.row();
      const next = how(list);
      if (next === list) return list;
      const { resourceVersion: _, ...metadata } = next.metadata;
      const base = { key: FAULTS_KEY, value: JSON.stringify({ ...next, metadata }), cause: CAUSE, at: clock.now() };
      const [written] = await store.write([row ? { type: 'update', ...base, expected: row.revision } : { type: 'create', ...base }]);
      if (written?.ok) return next;
    }
    throw new FaultRefused('others change the faults at the same time');
  }

  private async nodes() {
    const nodes = await this.api.cluster.reader.list<corev1.Node>('', 'nodes');
    const controlPlane = new Map(nodes.map(({ metadata }) => [metadata.name, metadata.labels?.[CONTROL_PLANE_LABEL] !== undefined]));
    return { has: (node: string) => controlPlane.has(node), isControlPlane: (node: string) => controlPlane.get(node) === true };
  }
}
