import { type Clock, failureStatus, type Instant, StatusError, serviceUnavailable } from '#apimachinery';
import { type AuthorizationAttributes, CONTROL_PLANE_KEY, type ControlPlane, controlPlaneNodes, type Timers } from '#apiserver';
import type { CachedObject, ClusterStore } from '#cacher';
import type { Family } from '#component-base';
import type { Boot } from '#controller-runtime';
import type { EtcdChange } from '#node';
import { CloudView } from '../cloud/cloud-view.js';
import { KubeletConfigurations } from '../kubelet-configurations.js';
import { configured } from '../served-configurations.js';
import { ControlPlaneState, type Serving, soundHistory } from './control-plane.js';
import { peerStates } from './etcd.js';
import { FAULTS_KEY, FaultRefused, holdOf } from './fault.js';
import { FaultRow, FaultView } from './fault-view.js';
import { isElected } from './leader-election.js';
import { clusterId, MembersRefused } from './membership.js';
import { passes } from './slow-requests.js';

/** What etcd's client waits for an answer at most, in milliseconds: 5 s and two elections (etcd, server/config ReqTimeout). */
const REQUEST_TIMEOUT = 7_000;
const REFUSED =
  'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"';

/** The API server passes errors of etcd on as they are: 500 without a reason (apiserver/pkg/endpoints/handlers/responsewriters). */
const etcdError = (message: string) => new StatusError(failureStatus({ code: 500, message }));

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

export interface GateOptions {
  store: ClusterStore;
  clock: Clock;
  timers: Timers;
  /** What a component counts of the cluster, in whatever process; unset: nothing is known. */
  metrics?: (component: string) => Promise<readonly Family[]>;
  /** Throws MembersRefused. */
  changeMembers(change: EtcdChange): Promise<unknown>;
}

/** What the API servers of a cluster can do with the faults that it has. */
export class ControlPlaneGate implements ControlPlane {
  private readonly row: FaultRow;
  /** What was read while the cache was cold. */
  private cold: CachedObject | undefined;
  private readonly view: FaultView;
  private readonly configurations: KubeletConfigurations;

  constructor(private readonly options: GateOptions) {
    const { store, clock } = options;
    this.row = new FaultRow(store);
    this.configurations = new KubeletConfigurations(store);
    this.view = new FaultView(store, clock, new CloudView(store), this.configurations);
  }

  ready(): Promise<void> | undefined {
    if (this.options.store.changeOf('/machine/') !== undefined) {
      this.cold = undefined;
      return undefined;
    }
    return this.options.store.get(FAULTS_KEY).then((row) => {
      this.cold = row;
    });
  }

  check(stored: boolean, client?: AuthorizationAttributes): Promise<number> | undefined {
    const state = this.row.current(this.cold);
    if (state === undefined) return undefined;
    const now = this.options.clock.now();
    const serving = state.serving(now);
    if (serving.state === 'down') throw serviceUnavailable('the server is currently unable to handle the request');
    if (serving.state === 'no-store') return stored ? this.waits(serving) : undefined;
    const delay = client ? state.requestDelay({ name: client.user.name, writes: stored && WRITES.has(client.verb) }, now) : 0;
    return delay > 0 ? passes(delay, this.options) : undefined;
  }

  checkPut(): void {
    if (this.row.current(this.cold)?.isFull) throw etcdError('etcdserver: mvcc: database space exceeded');
  }

  get hasStore(): boolean {
    return (this.serving()?.state ?? 'whole') === 'whole';
  }

  isUp(component: string): boolean {
    const state = this.row.current(this.cold);
    if (component !== 'kube-controller-manager' && component !== 'kube-scheduler') return true;
    return state?.history.members.some((node) => !holdOf(state.holds, component, node)) ?? true;
  }

  leads(component: string, node: string): boolean {
    return !isElected(component) || this.view.leader(component) === node;
  }

  async metrics(component: string): Promise<readonly Family[]> {
    return (await this.options.metrics?.(component)) ?? [];
  }

  configured(component: string, node: string): ReturnType<ControlPlane['configured']> {
    return configured(this.options.store, component, node);
  }

  etcd(): ReturnType<ControlPlane['etcd']> {
    const { store, clock } = this.options;
    const now = clock.now();
    const sound = () => new ControlPlaneState([], soundHistory(controlPlaneNodes(store.peek(CONTROL_PLANE_KEY)), '', now));
    const state = this.row.current(this.cold) ?? sound();
    const { peers, history } = state;
    const slow = state.slowWrites(store.known);
    const members = peerStates(state.etcdAt(now), history.members, peers).map(
      ({ peer: { node: name = '', ...peer }, role, term, leader }) => {
        const known = leader === undefined ? -1 : peers.findIndex(({ node }) => node === leader);
        const slowWrites = slow.filter((writes) => writes.node === name);
        return { ...peer, role, term, name, ...(known < 0 ? {} : { leader: known }), ...(slowWrites.length > 0 ? { slowWrites } : {}) };
      },
    );
    return { id: clusterId(history.members), members, isFull: state.isFull, leaderChanges: state.leaderChanges(now) };
  }

  async changeEtcd(change: EtcdChange): Promise<string | undefined> {
    try {
      await this.options.changeMembers(change);
      return undefined;
    } catch (error) {
      if (error instanceof MembersRefused || error instanceof FaultRefused) return error.message;
      throw error;
    }
  }

  reaches(from: string, to: string): boolean {
    return this.view.reaches(from, to);
  }

  kubeletTrouble(node: string): 'refused' | 'timeout' | 'paused' | undefined {
    if (this.view.node(node)) return 'timeout';
    const outage = this.view.kubelet(node);
    if (outage === undefined || outage.state === 'unreachable') return undefined;
    return outage.state === 'stopped' ? 'refused' : 'paused';
  }

  kubeletConfiguration(node: string): Readonly<Record<string, unknown>> {
    return this.configurations.of(node);
  }

  boot(node: string): Boot | undefined {
    return this.view.boot(node);
  }

  skewAt(node: string, at: Instant): number {
    return this.view.skewAt(node, at);
  }

  serverSkew(client: string): number {
    return this.row.current(this.cold)?.serverSkew({ name: client }, this.options.clock.now()) ?? 0;
  }

  lastWords(component: string, node: string): string | undefined {
    return this.view.crash(component, node)?.message;
  }

  isPaused(component: string, node: string): boolean {
    const hang = this.view.hang(component, node);
    return hang !== undefined && hang.until === undefined;
  }

  private serving(): Serving | undefined {
    return this.row.current(this.cold)?.serving(this.options.clock.now());
  }

  /** With a real clock, a request waits for a leader as etcd's client does. A clock that is stepped would stand still meanwhile. */
  private async waits(serving: Extract<Serving, { state: 'no-store' }>): Promise<number> {
    const { clock, timers } = this.options;
    if (serving.refused) throw etcdError(REFUSED);
    const delay = serving.until === undefined ? undefined : serving.until - clock.now();
    if (delay === undefined || delay > REQUEST_TIMEOUT) throw etcdError('etcdserver: request timed out');
    await new Promise<void>((resolve) => timers.after(Math.max(1, delay), resolve));
    if (!this.hasStore) throw etcdError('etcdserver: leader changed');
    return 0;
  }
}
