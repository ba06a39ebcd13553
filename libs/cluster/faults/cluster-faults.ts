import type { coordinationv1, corev1 } from '#api';
import { type ApiServer, CONTROL_PLANE_KEY, controlPlaneNodes, storageKey } from '#apiserver';
import { ControlPlaneState, changedFaults, soundHistory } from './control-plane.js';
import { FAULTS_KEY, type Fault, type FaultList, FaultRefused, type FaultRequest, withFault, withoutFault } from './fault.js';
import { ELECTED } from './leader-election.js';
import { leaseAfterChange } from './leader-lease.js';

const CAUSE = { requestId: 'faults', user: 'system:host', component: 'faults' };
/** Tries to write the row while others write it. */
const ATTEMPTS = 10;

/** A member of etcd, as etcdctl shows it. */
interface EtcdMember {
  /** The node that it runs on. */
  name: string;
  role: 'leader' | 'follower' | 'candidate' | 'stopped';
  term: number;
  /** The node of the leader that it knows. */
  leader?: string;
}

/** Etcd, as etcdctl shows it. */
interface EtcdStatus {
  members: EtcdMember[];
  /** The node of the leader that a majority follows; unset: nothing can be written. */
  leader?: string;
  revision: number;
  /** Bytes of all objects, as far as they are in memory. */
  dbSize: number;
}

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

  /** What the members of etcd say of themselves. */
  async etcd(): Promise<EtcdStatus> {
    const { store, clock } = this.api.cluster;
    const { list } = await this.row();
    const { members: names } = list.history;
    const { leader, members } = new ControlPlaneState(list.faults, list.history).etcdAt(clock.now());
    return {
      members: members.map(({ role, term, leader: known }, position) => ({
        name: names[position] ?? '',
        role: role === 'preCandidate' ? 'candidate' : role,
        term,
        ...(known === undefined ? {} : { leader: names[known] ?? '' }),
      })),
      ...(leader === undefined ? {} : { leader: names[leader] ?? '' }),
      revision: await store.revision(),
      dbSize: store.size()?.bytes ?? 0,
    };
  }

  private async row() {
    const { store, random, clock } = this.api.cluster;
    const row = await store.get(FAULTS_KEY);
    if (row !== undefined) return { row, list: row.object as FaultList };
    const { controlPlane } = await this.nodes();
    const list: FaultList = {
      apiVersion: 'orrery/v1',
      kind: 'FaultList',
      metadata: { name: 'faults' },
      next: 1,
      faults: [],
      history: soundHistory(controlPlane, random.draw('faults', '').uuid(), clock.now()),
    };
    return { row, list };
  }

  private async change(how: (list: FaultList) => FaultList): Promise<FaultList> {
    const { store, clock } = this.api.cluster;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { row, list } = await this.row();
      const changed = how(list);
      if (changed === list) return list;
      const next = changedFaults(list, changed, clock.now());
      const { resourceVersion: _, ...metadata } = next.metadata;
      const base = { key: FAULTS_KEY, value: JSON.stringify({ ...next, metadata }), cause: CAUSE, at: clock.now() };
      const [written] = await store.write([row ? { type: 'update', ...base, expected: row.revision } : { type: 'create', ...base }]);
      if (!written?.ok) continue;
      await this.syncLeases(next);
      return next;
    }
    throw new FaultRefused('others change the faults at the same time');
  }

  /** The Leases of leaders that have stopped are not renewed, and those of leaders that go on are. */
  private async syncLeases({ faults, history }: FaultList): Promise<void> {
    const { store, clock } = this.api.cluster;
    const now = clock.now();
    const state = new ControlPlaneState(faults, history);
    for (const name of ELECTED) {
      const key = storageKey({ group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-system', name });
      const row = await store.get(key);
      const [base, leadership] = [history.leaders[name], state.leadership(name, now)];
      if (!row || !base || !leadership) continue;
      const lease = leaseAfterChange(row.object as coordinationv1.Lease, { base, leadership, now });
      if (lease === undefined) continue;
      const { resourceVersion: _, ...metadata } = lease.metadata;
      // If somebody else has written it meanwhile, theirs counts.
      await store.write([
        {
          type: 'update',
          key,
          value: JSON.stringify({ ...lease, metadata }),
          expected: row.revision,
          cause: { ...CAUSE, verb: 'update' },
          at: now,
        },
      ]);
    }
  }

  private async nodes() {
    const nodes = await this.api.cluster.reader.list<corev1.Node>('', 'nodes');
    const names = new Set(nodes.map(({ metadata }) => metadata.name));
    const controlPlane = controlPlaneNodes(await this.api.cluster.store.get(CONTROL_PLANE_KEY));
    return { has: (node: string) => names.has(node) || controlPlane.includes(node), controlPlane };
  }
}
