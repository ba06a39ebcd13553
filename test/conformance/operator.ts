import {
  ApiException,
  AppsV1Api,
  CoordinationV1Api,
  CustomObjectsApi,
  type Informer,
  KubeConfig,
  type KubernetesObject,
  makeInformer,
  type V1Deployment,
  V1MicroTime,
} from '@kubernetes/client-node';

/** The custom kind that the operator works on: a site is a Deployment of as many replicas as it says. */
export interface Site extends KubernetesObject {
  spec: { replicas: number; image: string };
  status?: { ready: number };
}

/** The group of sites. */
export const GROUP = 'web.example.com';
/** Where the operator works. */
export const namespace = 'default';

/** The definition of sites. */
export const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `sites.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'sites', singular: 'site', kind: 'Site', listKind: 'SiteList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['image'],
                properties: { image: { type: 'string' }, replicas: { type: 'integer', minimum: 0, default: 1 } },
              },
              status: { type: 'object', properties: { ready: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
};

const codeOf = (error: unknown): number => (error instanceof ApiException ? error.code : 0);

/** Holds a Lease, as client-go's leaderelection does: whoever writes it first leads until it is released or has expired. */
class Election {
  private readonly leases: CoordinationV1Api;
  leads = false;

  constructor(
    config: KubeConfig,
    private readonly identity: string,
  ) {
    this.leases = config.makeApiClient(CoordinationV1Api);
  }

  /** One attempt to take or to renew the lease; a conflict means that another was faster. */
  async attempt(): Promise<boolean> {
    const spec = { holderIdentity: this.identity, leaseDurationSeconds: 15, renewTime: new V1MicroTime() };
    try {
      const held = await this.leases.readNamespacedLease({ name: 'site-operator', namespace });
      const holder = held.spec?.holderIdentity ?? '';
      this.leads = holder === '' || holder === this.identity;
      if (this.leads) await this.leases.replaceNamespacedLease({ name: 'site-operator', namespace, body: { ...held, spec } });
    } catch (error) {
      this.leads = codeOf(error) === 404 && (await this.made(spec));
      if (codeOf(error) !== 404 && codeOf(error) !== 409) throw error;
    }
    return this.leads;
  }

  async release(): Promise<void> {
    const held = await this.leases.readNamespacedLease({ name: 'site-operator', namespace });
    await this.leases.replaceNamespacedLease({
      name: 'site-operator',
      namespace,
      body: { ...held, spec: { ...held.spec, holderIdentity: '' } },
    });
    this.leads = false;
  }

  private async made(spec: object): Promise<boolean> {
    try {
      await this.leases.createNamespacedLease({ namespace, body: { metadata: { name: 'site-operator' }, spec } });
      return true;
    } catch (error) {
      if (codeOf(error) === 409) return false;
      throw error;
    }
  }
}

/** An operator as people write them with client-node: informers on its own kind and on what it makes, and a level-triggered reconcile. */
export class Operator {
  readonly election: Election;
  readonly errors: unknown[] = [];
  private readonly sites: Informer<Site> & { list(): readonly Site[] };
  private readonly deployments: Informer<V1Deployment> & { list(): readonly V1Deployment[] };
  private readonly apps: AppsV1Api;
  private readonly custom: CustomObjectsApi;
  private working: Promise<void> = Promise.resolve();

  constructor(config: KubeConfig, identity: string) {
    this.election = new Election(config, identity);
    this.apps = config.makeApiClient(AppsV1Api);
    this.custom = config.makeApiClient(CustomObjectsApi);
    const { apps, custom } = this;
    const of = { group: GROUP, version: 'v1', namespace, plural: 'sites' };
    this.sites = makeInformer<Site>(config, `/apis/${GROUP}/v1/namespaces/${namespace}/sites`, () => custom.listNamespacedCustomObject(of));
    const owned = `${GROUP}/site`;
    this.deployments = makeInformer<V1Deployment>(
      config,
      `/apis/apps/v1/namespaces/${namespace}/deployments`,
      () => apps.listNamespacedDeployment({ namespace, labelSelector: owned }),
      owned,
    );
    for (const informer of [this.sites, this.deployments] as Informer<KubernetesObject>[]) {
      for (const event of ['add', 'update', 'delete'] as const) informer.on(event, () => this.wake());
      // Stopping an informer aborts its watch.
      informer.on('error', (error) => (error as Error).name === 'AbortError' || this.errors.push(error));
    }
  }

  async start(): Promise<void> {
    await Promise.all([this.sites.start(), this.deployments.start()]);
    this.wake();
  }

  async stop(): Promise<void> {
    await Promise.all([this.sites.stop(), this.deployments.stop()]);
    await this.working;
  }

  wake(): void {
    this.working = this.working
      .then(() => this.reconcileAll())
      .catch((error) => void (codeOf(error) === 409 ? this.wake() : this.errors.push(error)));
  }

  private async reconcileAll(): Promise<void> {
    if (!this.election.leads) return;
    for (const site of this.sites.list()) await this.reconcile(site);
  }

  private async reconcile(site: Site): Promise<void> {
    const { name = '', uid = '' } = site.metadata ?? {};
    const standing = this.deployments.list().find(({ metadata }) => metadata?.name === name);
    const { replicas, image } = site.spec;
    if (standing === undefined) {
      const labels = { [`${GROUP}/site`]: name };
      const ownerReferences = [{ apiVersion: `${GROUP}/v1`, kind: 'Site', name, uid, controller: true, blockOwnerDeletion: true }];
      const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } };
      const body = { metadata: { name, labels, ownerReferences }, spec: { replicas, selector: { matchLabels: labels }, template } };
      await this.apps.createNamespacedDeployment({ namespace, body });
      return;
    }
    if (standing.spec && standing.spec.replicas !== replicas) {
      await this.apps.replaceNamespacedDeployment({ name, namespace, body: { ...standing, spec: { ...standing.spec, replicas } } });
    }
    const ready = standing.status?.readyReplicas ?? 0;
    if (site.status?.ready === ready) return;
    const of = { group: GROUP, version: 'v1', namespace, plural: 'sites', name };
    await this.custom.replaceNamespacedCustomObjectStatus({ ...of, body: { ...site, status: { ready } } });
  }
}
