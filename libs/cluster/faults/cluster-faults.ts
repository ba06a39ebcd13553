import type { coordinationv1, corev1 } from '#api';
import { parseTime } from '#apimachinery';
import { type ApiServer, CONTROL_PLANE_KEY, controlPlaneNodes, defaultElection, fileKey, fileText, storageKey } from '#apiserver';
import { type EtcdChange, hungUntil } from '#node';
import type { WriteOp } from '#storage';
import { CLOUD_KEY, managerPlace } from '../cloud/cloud.js';
import { kubeletConfiguration } from '../kubelet-configurations.js';
import { MACHINES_KEY, machinesOf } from '../machines.js';
import { withBoots } from './boots.js';
import { changedFaults, soundHistory, stateOf } from './control-plane.js';
import { dataChange, knownPeers, MANIFEST, withData } from './data-change.js';
import { peerStates } from './etcd.js';
import { FAULTS_KEY, type Fault, type FaultList, FaultRefused, type FaultRequest } from './fault.js';
import { withFault, withoutFault } from './fault-rules.js';
import { ELECTED } from './leader-election.js';
import { leaseAfterChange } from './leader-lease.js';
import { corruptedManifest, restoredManifest } from './manifest-corruption.js';
import { type Files, filesFollowed, filesOf } from './manifest-troubles.js';
import { changedPeers, type EtcdPeer, MembersRefused } from './membership.js';
import { afterRestarts, type PausedProcess, withRestarts } from './restarts.js';
import { restoreRegistry } from './restored-data.js';

const CAUSE = { requestId: 'faults', user: 'system:host', component: 'faults' };
/** Tries to write the row while others write it. */
const ATTEMPTS = 10;

/** A member of etcd, as etcdctl shows it. */
interface EtcdMember {
  /** The node that it runs on; empty if it was added and has not been started. */
  name: string;
  role: 'leader' | 'follower' | 'candidate' | 'learner' | 'stopped';
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
  /** The alarms that are raised. */
  alarms: 'NOSPACE'[];
}

/** A change of the faults, and of files of one node with it. */
interface FaultChange {
  list: FaultList;
  files?: { node: string; change: ReadonlyMap<string, string | undefined> };
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
    const { faults } = await this.change(async (list) => {
      const next = withFault(list, request, { nodes, now: this.api.cluster.clock.now() });
      const fault = next.faults[next.faults.length - 1] as Fault;
      if (fault.type !== 'corrupt-manifest') return { list: next };
      const { node = '' } = fault;
      return { list: next, files: { node, change: corruptedManifest(fault, await filesOf(this.api, node)) } };
    });
    return faults[faults.length - 1] as Fault;
  }

  /** Whether there was such a fault. */
  async heal(id: string): Promise<boolean> {
    let found = true;
    await this.change(async (list) => {
      const fault = list.faults.find((each) => each.id === id);
      const left = withoutFault(list, id);
      found = left !== undefined;
      if (fault?.type !== 'corrupt-manifest' || left === undefined) return { list: left ?? list };
      const { node = '' } = fault;
      return { list: left, files: { node, change: restoredManifest(fault, await filesOf(this.api, node)) } };
    });
    return found;
  }

  /** Processes that are paused have been restarted by their kubelets by now. */
  async restart(): Promise<void> {
    await this.change(async (list) => ({ list: afterRestarts(list, this.api.cluster.clock.now()) }));
  }

  /** Changes files of a node, undefined: removes them; its components follow. Throws FaultRefused. */
  async changeFiles(node: string, change: ReadonlyMap<string, string | undefined>): Promise<void> {
    await this.change(async (list) => ({ list, files: { node, change } }));
  }

  /** Changes the members of etcd, as a client of it asks its leader. Throws MembersRefused. Returns those that there are then. */
  async changeMembers(change: EtcdChange): Promise<readonly EtcdPeer[]> {
    const { peers } = await this.change(async (list) => {
      const leader = stateOf(list).etcdKnowledge(this.api.cluster.clock.now());
      if (leader === undefined) throw new MembersRefused('etcdserver: request timed out');
      const known = await knownPeers(this.api, { nodes: list.history.members, peers: list.peers });
      return { list: { ...list, peers: changedPeers(known, change, leader) } };
    });
    return peers ?? [];
  }

  /** What the members of etcd say of themselves. */
  async etcd(): Promise<EtcdStatus> {
    const { store, clock } = this.api.cluster;
    const { list } = await this.row();
    const { members: nodes } = list.history;
    const state = stateOf(list);
    const etcd = state.etcdAt(clock.now());
    return {
      members: peerStates(etcd, nodes, state.peers).map(({ peer, role, ...known }) => {
        return { name: peer.node ?? '', role: role === 'preCandidate' ? 'candidate' : role, ...known };
      }),
      ...(etcd.leader === undefined ? {} : { leader: nodes[etcd.leader] ?? '' }),
      revision: await store.revision(),
      dbSize: store.size()?.bytes ?? 0,
      alarms: state.isFull ? ['NOSPACE'] : [],
    };
  }

  private async row() {
    const { store, random, clock } = this.api.cluster;
    const row = await store.get(FAULTS_KEY);
    if (row !== undefined) return { row, list: row.object as FaultList };
    const list: FaultList = {
      apiVersion: 'orrery/v1',
      kind: 'FaultList',
      metadata: { name: 'faults' },
      next: 1,
      faults: [],
      history: soundHistory(await this.controlPlane(), random.draw('faults', '').uuid(), clock.now()),
    };
    return { row, list };
  }

  private async change(how: (list: FaultList) => Promise<FaultChange>): Promise<FaultList> {
    const { store, clock } = this.api.cluster;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { row, list } = await this.row();
      const { list: asked, files: changed } = await how(list);
      const files = changed && (await filesOf(this.api, changed.node));
      const { members: nodes } = list.history;
      const member = changed && nodes.includes(changed.node);
      const isTroubled = asked.troubles?.some(({ ofData }) => ofData) ?? false;
      const concernsData = asked.peers !== list.peers || (member && (isTroubled || changed.change.has(MANIFEST)));
      const data = concernsData ? await dataChange(this.api, { nodes, peers: asked.peers, changed }) : undefined;
      const filed = files && member ? await filesFollowed(this.api, asked, { ...changed, files, now: clock.now() }) : asked;
      const troubled = data ? withData(filed, data, clock.now()) : filed;
      const configurationOf = (node: string) => kubeletConfiguration(store, node);
      const booted = troubled === list ? list : await withBoots(list, troubled, { configurationOf, now: clock.now() });
      const wanted = booted === list ? list : await withRestarts(booted, (process) => this.killedAt(process));
      const ops: WriteOp[] = changed && files ? fileOps(files, changed, clock.now()) : [];
      if (data?.op) ops.push(data.op);
      const next = changedFaults(list, wanted, { now: clock.now(), revision: store.known, isNewCluster: data?.isNewCluster });
      if (wanted !== list) {
        const { resourceVersion: _, ...metadata } = next.metadata;
        const base = { key: FAULTS_KEY, value: JSON.stringify({ ...next, metadata }), cause: CAUSE, at: clock.now() };
        ops.push(row ? { type: 'update', ...base, expected: row.revision } : { type: 'create', ...base });
      }
      if (ops.length === 0) return list;
      const written = await store.write(ops, { atomic: true });
      if (!written.every(({ ok }) => ok)) continue;
      if (data?.restore !== undefined) await restoreRegistry(this.api.cluster, data.restore, clock.now());
      if (wanted !== list) await this.syncLeases(next);
      return next;
    }
    throw new FaultRefused('others change the faults at the same time');
  }

  /** The Leases of leaders that have stopped are not renewed, and those of leaders that go on are. */
  private async syncLeases(list: FaultList): Promise<void> {
    const { store, clock } = this.api.cluster;
    const { history } = list;
    const now = clock.now();
    const state = stateOf(list);
    for (const name of ELECTED) {
      const [base, leadership] = [history.leaders[name], state.leadership(name, now)];
      if (!base || !leadership) continue;
      const held = base.election ?? defaultElection(name);
      if (!held.elects) continue;
      const key = storageKey({ group: 'coordination.k8s.io', resource: 'leases', namespace: held.namespace, name: held.name });
      const row = await store.get(key);
      if (!row) continue;
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

  /** When the kubelet will have killed a process that is paused from now on. */
  private async killedAt({ component, node }: PausedProcess): Promise<number | undefined> {
    const { reader, clock } = this.api.cluster;
    const pod = await reader.get<corev1.Pod>('', 'pods', 'kube-system', `${component}-${node}`);
    return pod && hungUntil(pod, pod.status?.containerStatuses?.[0], clock.now());
  }

  private async controlPlane(): Promise<readonly string[]> {
    return controlPlaneNodes(await this.api.cluster.store.get(CONTROL_PLANE_KEY));
  }

  private async nodes() {
    const nodes = await this.api.cluster.reader.list<corev1.Node>('', 'nodes');
    const made = new Map(nodes.map(({ metadata }) => [metadata.name, parseTime(metadata.creationTimestamp ?? '') ?? 0]));
    const controlPlane = await this.controlPlane();
    // A machine is there whether or not somebody has deleted its Node.
    const machines = new Set(machinesOf(await this.api.cluster.store.get(MACHINES_KEY)).map(({ name }) => name));
    return {
      has: (node: string) => made.has(node) || machines.has(node) || controlPlane.includes(node),
      madeAt: (node: string) => made.get(node) ?? 0,
      controlPlane,
      cloudManager: managerPlace(await this.api.cluster.store.get(CLOUD_KEY)),
    };
  }
}

/** The writes that change files. */
function fileOps(files: Files, { node, change }: NonNullable<FaultChange['files']>, at: number): WriteOp[] {
  return [...change].flatMap(([path, content]): WriteOp[] => {
    const standing = files.get(path);
    const base = { key: fileKey(node, path), cause: { ...CAUSE, component: 'host' }, at };
    if (content === undefined) return standing ? [{ type: 'delete', ...base, expected: standing.revision }] : [];
    const value = fileText(path, content);
    return [standing ? { type: 'update', ...base, value, expected: standing.revision } : { type: 'create', ...base, value }];
  });
}
