import { type corev1, Node, Service } from '#api';
import { formatKey, type Instant, ignoreNotFound, keyOf, parseKey } from '#apimachinery';
import { CLOUD_DEFAULTS } from '#component-base';
import {
  type Change,
  type ClusterContext,
  type ComponentChange,
  type Controller,
  type OpenController,
  type ReconcileContext,
  type Reconciled,
  type WorkQueue,
} from '#controller-runtime';
import { concernsMachines } from './controllers.js';
import { addressOf, FINALIZER, fingerprint, freeAddress, hostsOf, needsCleanup, wantsLoadBalancer } from './load-balancers.js';
import { countHostUpdate } from './metrics.js';

/** How long a cloud takes for a load balancer on realistic machines. */
const TAKES = 5_000;
/** The key of the pass over all load balancers when the nodes have changed; no Service has such a name. */
const HOSTS = '/hosts';

const BY_TYPE = 'load-balancers';

/** Gives Services of type LoadBalancer an address (cloud-provider controllers/service). */
class ServiceController implements OpenController {
  readonly concurrency = 1;
  /** What each load balancer was made for. */
  private readonly made = new Map<string, string>();
  /** Those that are being made, and when they are ready. */
  private readonly making = new Map<string, { for: string; at: Instant }>();
  /** Those that wait until another one is ready: only so many are made at a time. */
  private readonly waiting = new Set<string>();
  private hosts: string | undefined;

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
  ) {
    const { informers, cloud } = context;
    informers.of(Service).addIndex(BY_TYPE, (service) => (wantsLoadBalancer(service) ? ['true'] : []));
    informers.of(Service).on((change) => this.serviceChanged(change));
    informers.of(Node).on(({ revision }) => this.nodesChanged(revision));
    cloud.onChange(() => {
      this.nodesChanged(0);
      for (const service of informers.of(Service).list()) this.queue.add(formatKey(keyOf(service)));
    });
  }

  async reconcile(key: string, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    if (!this.context.cloud.instances()) return undefined;
    if (key === HOSTS) return this.syncHosts(ctx);
    const { namespace, name } = parseKey(key);
    const service = ctx.informers.of(Service).get(name, namespace);
    if (!service) {
      this.forget(key);
      this.beginNext(ctx);
      return undefined;
    }
    try {
      return await this.sync(key, service, ctx);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      ctx.recorder.warning(service, 'SyncLoadBalancerFailed', `Error syncing load balancer: ${message}`);
      throw error;
    } finally {
      this.beginNext(ctx);
    }
  }

  private async sync(key: string, service: corev1.Service, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    if (!wantsLoadBalancer(service) || needsCleanup(service)) {
      if (needsCleanup(service)) await remove(service, this.made.has(key), ctx);
      this.forget(key);
      return undefined;
    }
    const wanted = fingerprint(service);
    // A process that begins takes what has an address as made for what it is.
    if (!this.made.has(key) && !this.making.has(key) && addressOf(service) && hasFinalizer(service)) this.made.set(key, wanted);
    if (this.made.get(key) === wanted) {
      this.waiting.delete(key);
      return undefined;
    }
    if (!this.making.has(key) && !this.hasPlace(ctx)) {
      this.waiting.add(key);
      return undefined;
    }
    const begun = this.making.get(key) ?? (await this.begin(key, service, ctx));
    const wait = begun.at - ctx.clock.now();
    if (wait > 0) return { requeueAfter: wait };
    await this.finish(key, service, ctx);
    return undefined;
  }

  private async begin(key: string, service: corev1.Service, ctx: ReconcileContext): Promise<{ at: Instant }> {
    const { client, clock, profile, recorder, informers } = ctx;
    recorder.normal(service, 'EnsuringLoadBalancer', 'Ensuring load balancer');
    const begun = { for: fingerprint(service), at: clock.now() + (profile.name === 'instant' ? 0 : TAKES) };
    this.making.set(key, begun);
    this.waiting.delete(key);
    const { name, namespace, finalizers = [] } = service.metadata;
    if (!hasFinalizer(service)) {
      const patch = { metadata: { finalizers: [...finalizers, FINALIZER] } };
      await client.patch(Service, name, namespace, 'merge', patch, { subresource: 'status' });
    }
    if (hostsOf(informers.of(Node).list()).length === 0) {
      recorder.warning(service, 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer');
    }
    return begun;
  }

  private async finish(key: string, service: corev1.Service, { client, informers, recorder }: ReconcileContext): Promise<void> {
    const { name, namespace } = service.metadata;
    const others = informers.of(Service).list();
    const taken = new Set(others.flatMap((other) => (formatKey(keyOf(other)) === key ? [] : (addressOf(other) ?? []))));
    const ip = addressOf(service) ?? freeAddress(service.spec.loadBalancerIP, taken);
    this.making.delete(key);
    if (ip === undefined) throw new Error('failed to ensure load balancer: no address is left');
    if (addressOf(service) === undefined) {
      const status = { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } };
      await client.patch(Service, name, namespace, 'merge', { status }, { subresource: 'status' });
    }
    this.made.set(key, fingerprint(service));
    recorder.normal(service, 'EnsuredLoadBalancer', 'Ensured load balancer');
  }

  /** The load balancers follow the nodes. */
  private async syncHosts({ informers, recorder, metrics }: ReconcileContext): Promise<undefined> {
    const hosts = hostsOf(informers.of(Node).list());
    const text = hosts.join();
    const before = this.hosts;
    this.hosts = text;
    if (before === undefined || before === text) return;
    for (const service of informers.of(Service).byIndex(BY_TYPE, 'true')) {
      if (!this.made.has(formatKey(keyOf(service)))) continue;
      countHostUpdate(metrics);
      if (hosts.length === 0) recorder.warning(service, 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer');
      else recorder.normal(service, 'UpdatedLoadBalancer', 'Updated load balancer with new hosts');
    }
  }

  private serviceChanged({ object, deleted, revision }: Change<corev1.Service>): void {
    const key = formatKey(keyOf(object));
    if (deleted || wantsLoadBalancer(object) || needsCleanup(object) || this.made.has(key)) this.queue.add(key, revision || undefined);
  }

  private nodesChanged(revision: number): void {
    this.queue.add(HOSTS, revision || undefined);
  }

  private forget(key: string): void {
    this.made.delete(key);
    this.making.delete(key);
    this.waiting.delete(key);
  }

  /** Whether one more load balancer may be made now (--concurrent-service-syncs): upstream's workers wait for the cloud. */
  private hasPlace({ settings }: ReconcileContext): boolean {
    return this.making.size < (settings.cloud ?? CLOUD_DEFAULTS).concurrentServices;
  }

  private beginNext(ctx: ReconcileContext): void {
    const [first] = this.waiting;
    if (first !== undefined && this.hasPlace(ctx)) this.queue.add(first);
  }

  /** There may be more places. */
  restarted(): void {
    for (const key of this.waiting) this.queue.add(key);
  }
}

/** Removes a load balancer; `made`: there is one, though the Service may no longer say so. */
async function remove(service: corev1.Service, made: boolean, { client, recorder }: ReconcileContext): Promise<void> {
  const { name, namespace, finalizers = [], deletionTimestamp } = service.metadata;
  const exists = made || addressOf(service) !== undefined;
  if (exists) recorder.normal(service, 'DeletingLoadBalancer', 'Deleting load balancer');
  const others = finalizers.filter((finalizer) => finalizer !== FINALIZER);
  const status = addressOf(service) && deletionTimestamp === undefined ? { status: { loadBalancer: null } } : {};
  const patch = { metadata: { finalizers: others.length > 0 ? others : null }, ...status };
  await client.patch(Service, name, namespace, 'merge', patch, { subresource: 'status' }).catch(ignoreNotFound);
  recorder.normal(service, 'DeletedLoadBalancer', 'Deleted load balancer');
}

const hasFinalizer = ({ metadata }: corev1.Service): boolean => metadata.finalizers?.includes(FINALIZER) === true;

function interests(change: ComponentChange): boolean {
  const { group, resource, object } = change;
  if (group === '' && resource === 'nodes') return concernsMachines(change);
  if (group !== '' || resource !== 'services') return false;
  const service = object() as corev1.Service;
  return service.spec.type === 'LoadBalancer' || hasFinalizer(service);
}

export const serviceController: Controller = {
  name: 'service-controller',
  flag: 'service-lb-controller',
  queue: 'service',
  interests,
  open: (context, queue) => new ServiceController(context, queue),
};
