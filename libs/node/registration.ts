import { type coordinationv1, type corev1, Lease, Node } from '#api';
import { formatMicroTime, type Instant, ignoreAlreadyExists, type OwnerReference } from '#apimachinery';
import type {
  Boot,
  ClusterContext,
  Controller,
  Machine,
  OpenController,
  ReconcileContext,
  Reconciled,
  WorkQueue,
} from '#controller-runtime';
import { NODE_LEASES, say, startEvents } from './heartbeats.js';
import type { ImageStores } from './image-store/store.js';
import { reportNode } from './node-report.js';
import { healthyConditions, machineLabels, nodeStatus } from './node-status.js';

/** How often a kubelet looks whether its status has to be updated (nodeStatusUpdateFrequency). */
const STATUS_INTERVAL = 10_000;

/**
 * What keeps a kubelet from being ready when it registers: it has looked at the container runtime before, whose network is set up, but its CSINode
 * belongs to the Node. One that is started again finds both, and is ready with its first status (kubelet.go Run, csi_plugin.go initializeCSINode).
 */
const NOT_YET = 'CSINode is not yet initialized';

/** Conditions that a kubelet reports with its first status are events, too: nothing was known of them. */
const FIRST_REPORTS = ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID'];

const UNINITIALIZED = { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' };

type Taint = Machine['taints'][number];

const isTaint = (value: unknown): value is Taint => {
  const { key, value: text, effect } = (value ?? {}) as Record<string, unknown>;
  return typeof key === 'string' && typeof effect === 'string' && (text === undefined || typeof text === 'string');
};

/** The taints that a kubelet registers with: registerWithTaints of its configuration counts instead of its flag's. */
function taintsOf(machine: Machine, { registerWithTaints }: Readonly<Record<string, unknown>>): readonly Taint[] {
  if (!Array.isArray(registerWithTaints)) return machine.taints;
  return registerWithTaints.filter(isTaint).map(({ key, value, effect }) => ({ key, ...(value === undefined ? {} : { value }), effect }));
}

/** The Node that a kubelet creates (initialNode). Pure. */
function initialNode(
  machine: Machine,
  about: {
    configuration: Readonly<Record<string, unknown>>;
    inCloud: boolean;
    images: corev1.ContainerImage[];
    boot?: Boot | undefined;
    now: Instant;
  },
): corev1.Node {
  const { configuration, inCloud, images, boot, now } = about;
  const taints = [...taintsOf(machine, configuration), ...(inCloud ? [UNINITIALIZED] : [])];
  const status = nodeStatus(machine, now, { images, boot });
  const notReady = { status: 'False', reason: 'KubeletNotReady', message: NOT_YET };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: machine.name,
      labels: { ...machineLabels(machine.name), ...machine.labels },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: { ...(taints.length > 0 ? { taints } : {}) },
    status: {
      ...status,
      conditions: status.conditions?.map((condition) => (condition.type === 'Ready' ? { ...condition, ...notReady } : condition)),
    },
  };
}

/**
 * Kubelets that start register their machine where no Node stands for it. One that runs while its Node is deleted does not: it fails to update
 * its status, until it is restarted or somebody creates the Node (kubelet_node_status.go registerWithAPIServer). The key is the node.
 */
class Registration implements OpenController {
  readonly concurrency = 64;
  /** Machines whose kubelet does not run, and those whose kubelet has started and has not registered. */
  private readonly stopped = new Set<string>();
  private readonly starting = new Set<string>();
  /** Machines whose Node is made by this kubelet and not ready yet. */
  private readonly unready = new Set<string>();

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
    private readonly images: ImageStores,
  ) {
    const { informers, faults } = context;
    informers.of(Lease);
    informers.of(Node).on(({ object, old, deleted, revision }) => {
      const isNew = !deleted && old === undefined && !object.status?.nodeInfo?.kubeletVersion;
      if (isNew && this.machine(object.metadata.name)) queue.addAfter(object.metadata.name, STATUS_INTERVAL, revision || undefined);
    });
    faults.onChange(() => this.faultsChanged());
    this.faultsChanged();
  }

  async reconcile(name: string, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    const { informers, faults, manifests } = this.context;
    const machine = this.machine(name);
    if (machine === undefined || faults.kubelet(name) !== undefined) return undefined;
    const standing = informers.of(Node).get(name);
    if (standing === undefined) {
      if (!this.starting.has(name) || manifests.configuration(name).registerNode === false) return undefined;
      await this.register(machine, ctx);
    } else if (this.unready.has(name)) await this.becomeReady(standing, ctx);
    else if (!standing.status?.nodeInfo?.kubeletVersion)
      await firstStatus(machine, { node: standing, images: this.imagesOf(name), boot: faults.boot(name) }, ctx);
    return undefined;
  }

  private async register(machine: Machine, ctx: ReconcileContext): Promise<void> {
    const { name } = machine;
    const { manifests, cloud, faults } = this.context;
    const now = Math.floor(ctx.clock.now());
    const client = ctx.client.as({ node: name });
    const inCloud = cloud.instances() !== undefined;
    const wanted = initialNode(machine, {
      ...{ configuration: manifests.configuration(name), inCloud, images: this.imagesOf(name) },
      ...{ boot: faults.boot(name), now },
    });
    this.unready.add(name);
    const node = await client.create(Node, wanted).catch(ignoreAlreadyExists);
    this.starting.delete(name);
    if (node === undefined) {
      this.unready.delete(name);
      return;
    }
    say(node, startEvents(name), ctx);
    await createLease(node, now, ctx);
    this.queue.add(name);
  }

  private async becomeReady(node: corev1.Node, ctx: ReconcileContext): Promise<void> {
    const { name } = node.metadata;
    const conditions = node.status?.conditions?.filter(({ type }) => type !== 'Ready') ?? [];
    const ready = healthyConditions(ctx.clock.now()).filter(({ type }) => type === 'Ready');
    await reportNode(node, { conditions: [...conditions, ...ready] }, ctx.client);
    this.unready.delete(name);
    say(node, [['NodeReady', `Node ${name} status is now: NodeReady`]], ctx);
  }

  private imagesOf(name: string): corev1.ContainerImage[] {
    return this.images.of(name).reported(this.context.manifests.configuration(name));
  }

  private machine(name: string): Machine | undefined {
    return this.context.machines?.machines().find((machine) => machine.name === name);
  }

  private faultsChanged(): void {
    const { informers, faults, machines } = this.context;
    for (const { name } of machines?.machines() ?? []) {
      const outage = faults.kubelet(name);
      if (outage?.state === 'stopped') this.stopped.add(name);
      else if (outage === undefined && this.stopped.delete(name) && !informers.of(Node).get(name)) {
        this.starting.add(name);
        this.queue.add(name);
      }
    }
  }
}

async function createLease({ metadata }: corev1.Node, now: Instant, { client }: ReconcileContext): Promise<void> {
  const { name, uid = '' } = metadata;
  const owner: OwnerReference = { apiVersion: 'v1', kind: 'Node', name, uid };
  const lease: coordinationv1.Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: NODE_LEASES, ownerReferences: [owner] },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: formatMicroTime(now) },
  };
  await client.as({ node: name }).create(Lease, lease).catch(ignoreAlreadyExists);
}

/** What the kubelet of a machine reports of a Node that somebody else has created. */
async function firstStatus(
  machine: Machine,
  { node, images, boot }: { node: corev1.Node; images: corev1.ContainerImage[]; boot: Boot | undefined },
  ctx: ReconcileContext,
): Promise<void> {
  const now = Math.floor(ctx.clock.now());
  const { name } = machine;
  await reportNode(node, nodeStatus(machine, now, { images, boot }), ctx.client);
  say(
    node,
    [...FIRST_REPORTS, 'NodeReady'].map((reason) => [reason, `Node ${name} status is now: ${reason}`] as const),
    ctx,
  );
  await createLease(node, now, ctx);
}

/** The part of the kubelets that registers their nodes. */
export const registration = (images: ImageStores): Controller => ({
  name: 'kubelet-registration',
  eventSource: 'kubelet',
  // Every component is told of changes of faults, and Nodes wake the workers of the pods.
  interests: () => false,
  open: (context, queue) => new Registration(context, queue, images),
});
