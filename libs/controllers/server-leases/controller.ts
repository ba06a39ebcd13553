import { type coordinationv1, type corev1, Lease, Node } from '#api';
import { formatKey, keyOf, parseKey } from '#apimachinery';
import { isServerLease, serverLease, serverLeaseName } from '#component-helpers';
import type {
  ClusterContext,
  ComponentChange,
  Controller,
  OpenController,
  ReconcileContext,
  Reconciled,
  WorkQueue,
} from '#controller-runtime';
import { planServerLease, type Server } from './plan.js';

const SERVER = 'kube-apiserver';
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

const hasServer = ({ metadata }: corev1.Node): boolean => metadata.labels?.[CONTROL_PLANE] !== undefined;
const leaseKey = (node: string): string => formatKey({ namespace: 'kube-system', name: serverLeaseName(node) });

/** Keeps the Leases by which kube-apiservers tell their identity. Renewals are not written (libs/registry/coordination). */
class ServerLeases implements OpenController {
  readonly concurrency = 8;
  /** Nodes with a server, by the key of its Lease. */
  private readonly nodes = new Map<string, corev1.Node>();

  constructor(
    private readonly context: ClusterContext,
    queue: WorkQueue,
  ) {
    const { informers, faults } = context;
    informers.of(Lease).on(({ object, revision }) => {
      if (isServerLease(object)) queue.add(formatKey(keyOf(object)), revision || undefined);
    });
    informers.of(Node).on(({ object, old, deleted, revision }) => {
      if (!hasServer(object)) return;
      const key = leaseKey(object.metadata.name);
      if (deleted) this.nodes.delete(key);
      else this.nodes.set(key, object);
      if (deleted || old === undefined) queue.add(key, revision || undefined);
    });
    faults.onChange(() => {
      for (const key of this.nodes.keys()) queue.add(key);
    });
  }

  async reconcile(key: string, { client, clock, informers, random }: ReconcileContext): Promise<Reconciled | undefined> {
    const { namespace, name } = parseKey(key);
    const lease = informers.of(Lease).get(name, namespace);
    const node = this.nodes.get(key);
    const now = Math.floor(clock.now());
    const plan = planServerLease(lease, node && this.serverOn(node), now);
    if (plan.do === 'look') return { requeueAfter: plan.at - now };
    if (plan.do === 'remove' && lease) await client.delete(Lease, name, namespace, { uid: lease.metadata.uid });
    if (plan.do === 'renew') await client.patch(Lease, name, namespace, 'merge', { spec: { renewTime: plan.renewTime } });
    if (plan.do === 'create' && node) {
      const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
      const process = random.draw('kube-apiserver', `${node.metadata.name}/${now}`).uuid();
      await client.create(Lease, serverLease({ host: node.metadata.name, address, process, renewed: now }));
    }
    return undefined;
  }

  private serverOn({ metadata }: corev1.Node): Server {
    const { faults } = this.context;
    const { name } = metadata;
    const abrupt = faults.node(name) !== undefined || faults.crash(SERVER, name) !== undefined;
    return { outage: faults.instance(SERVER, name), abrupt, hang: faults.hang(SERVER, name) };
  }
}

function interests({ group, resource, namespace, object }: ComponentChange): boolean {
  if (group === 'coordination.k8s.io')
    return resource === 'leases' && namespace === 'kube-system' && isServerLease(object() as coordinationv1.Lease);
  return group === '' && resource === 'nodes' && hasServer(object() as corev1.Node);
}

/** The lease controller of kube-apiserver, and the garbage collector of its Leases. */
export const serverLeases: Controller = {
  name: 'apiserver-leases',
  interests,
  open: (context, queue) => new ServerLeases(context, queue),
};
