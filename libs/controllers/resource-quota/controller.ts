import { type corev1, DeviceClass, Pod, type Resource, ResourceClaim, type ResourceInfo, ResourceQuota } from '#api';
import { formatKey, type Instant, type KubeObject, keyOf, parseKey } from '#apimachinery';
import {
  countsUntil,
  countUsage,
  isMadeFor,
  type QuotaEvaluator,
  type QuotaSurroundings,
  quotaEvaluatorOf,
  type ResourceList,
} from '#component-helpers';
import type {
  Change,
  ClusterContext,
  ComponentChange,
  Controller,
  Informers,
  InTurn,
  OpenController,
  ReconcileContext,
  Reconciled,
  WorkQueue,
} from '#controller-runtime';
import { isEvents, isTracked } from '../kinds.js';
import { planQuota } from './plan.js';
import { Released, releasedBy } from './released.js';

/** Milliseconds after which a request that was charged has been stored or has failed. */
const SETTLED_AFTER = 5_000;

/** The kinds whose updates change what they use (pkg/quota/v1/install/update_filter.go); of all others deletions count. */
const CHANGING: ReadonlySet<string> = new Set([
  '/pods',
  '/services',
  '/persistentvolumeclaims',
  '/resourcequotas',
  'resource.k8s.io/resourceclaims',
]);

const isQuotable = (resource: ResourceInfo): boolean =>
  resource.namespaced &&
  isTracked(resource) &&
  resource.verbs.includes('create') &&
  quotaEvaluatorOf(resource.group, resource.resource) !== undefined;

/** Keeps the status of ResourceQuotas (pkg/controller/resourcequota): admission charges, this gives back. */
export const resourceQuota: Controller = {
  name: 'resourcequota-controller',
  queue: 'resourcequota_primary',
  interests: ({ group, resource, deleted }: ComponentChange) =>
    deleted ? !isEvents({ group, resource }) : CHANGING.has(`${group}/${resource}`),
  open: openController,
};

interface Kind {
  evaluator: QuotaEvaluator;
  resource: Resource;
}

/** The quotas of one cluster as far as this process remembers them. */
class Quotas {
  readonly kinds = new Map<string, Kind>();
  readonly released = new Released();
  /** The versions of quotas that are charged more than was counted, and when they were seen first. */
  private readonly overcharged = new Map<string, { version: string; since: Instant }>();

  constructor(
    private readonly informers: Informers,
    private readonly now: () => Instant,
    private readonly inTurn: InTurn,
  ) {}

  around(): QuotaSurroundings {
    const { informers } = this;
    return {
      now: this.now(),
      deviceClasses: informers.of(DeviceClass).list(),
      claimedFor({ metadata: { namespace, ownerReferences } }) {
        const owner = ownerReferences?.find(({ controller }) => controller);
        const pod = owner && informers.of(Pod).get(owner.name, namespace);
        if (pod === undefined) return undefined;
        const claims = informers.of(ResourceClaim).list(namespace);
        return { pod, claims: claims.filter((claim) => isMadeFor(claim, owner?.uid ?? '')) };
      },
    };
  }

  /** Notes what a change gives back; returns the keys of the quotas concerned. */
  observe({ evaluator }: Kind, { object, old, deleted }: Change): string[] {
    const before = deleted ? object : old;
    if (before === undefined || before.metadata.namespace === undefined) return [];
    const quotas = this.informers.of(ResourceQuota).list(before.metadata.namespace);
    if (quotas.length === 0) return [];
    const around = this.around();
    return quotas.flatMap((quota) => {
      const amounts = releasedBy(deleted ? { before } : { before, now: object }, quota, { evaluator, around });
      if (amounts.size === 0) return [];
      const key = formatKey(keyOf(quota));
      this.released.add(key, amounts);
      return [key];
    });
  }

  /** The quotas that limit a kind. */
  counting(evaluator: QuotaEvaluator): string[] {
    const around = this.around();
    const limits = ({ spec }: corev1.ResourceQuota) => evaluator.matching(Object.keys(spec?.hard ?? {}), around).length > 0;
    return this.informers
      .of(ResourceQuota)
      .list()
      .filter(limits)
      .map((quota) => formatKey(keyOf(quota)));
  }

  async counted(quota: corev1.ResourceQuota): Promise<ResourceList> {
    const { informers } = this;
    const measured = [...this.kinds.values()].map(({ evaluator, resource }) => ({
      evaluator,
      objects: (): readonly KubeObject[] => informers.of(resource).list(quota.metadata.namespace),
    }));
    const steps = countUsage(quota, measured, this.around());
    for (;;) {
      const step = await this.inTurn(() => steps.next());
      if (step.done) return step.value;
    }
  }

  /** Whether the quota is overcharged for so long that no request can be the reason. */
  isSettled(key: string, { metadata }: corev1.ResourceQuota): boolean {
    const seen = this.overcharged.get(key);
    return seen !== undefined && seen.version === metadata.resourceVersion && this.now() >= seen.since + SETTLED_AFTER;
  }

  /** Remembers whether a quota is overcharged; returns when to look again. */
  note(key: string, { metadata }: corev1.ResourceQuota, overcharged: boolean): Instant | undefined {
    if (!overcharged) {
      this.overcharged.delete(key);
      return undefined;
    }
    const version = metadata.resourceVersion ?? '';
    const seen = this.overcharged.get(key);
    const since = seen?.version === version ? seen.since : this.now();
    this.overcharged.set(key, { version, since });
    return since + SETTLED_AFTER;
  }

  forget(key: string): void {
    this.released.take(key);
    this.overcharged.delete(key);
  }

  /** When the next pod that is stuck in its deletion stops counting. */
  nextRelease({ metadata: { namespace } }: corev1.ResourceQuota): Instant | undefined {
    const now = this.now();
    let next: Instant | undefined;
    for (const pod of this.informers.of(Pod).list(namespace)) {
      const until = countsUntil(pod, now);
      if (until !== undefined && (next === undefined || until < next)) next = until;
    }
    return next;
  }
}

function openController({ informers, clock, inTurn }: ClusterContext, queue: WorkQueue): OpenController {
  const quotas = new Quotas(informers, () => clock.now(), inTurn);
  for (const resource of [DeviceClass, Pod, ResourceClaim]) informers.of<KubeObject>(resource as Resource);
  informers.of(ResourceQuota).on(({ object, deleted, revision }) => {
    const key = formatKey(keyOf(object));
    if (deleted) quotas.forget(key);
    else queue.add(key, revision || undefined);
  });
  informers.onServed({
    added(resource) {
      const evaluator = quotaEvaluatorOf(resource.group, resource.resource);
      if (evaluator === undefined || !isQuotable(resource)) return;
      const kind = { evaluator, resource };
      quotas.kinds.set(`${resource.group}/${resource.resource}`, kind);
      for (const key of quotas.counting(evaluator)) queue.add(key);
      informers.of(resource).on((change) => {
        for (const key of quotas.observe(kind, change)) queue.add(key, change.revision || undefined);
      });
    },
    removed: ({ group, resource }) => quotas.kinds.delete(`${group}/${resource}`),
  });
  return { concurrency: 5, reconcile: (key, ctx) => sync(quotas, key, ctx) };
}

async function sync(quotas: Quotas, key: string, { client, informers, clock }: ReconcileContext): Promise<Reconciled | undefined> {
  const { namespace, name } = parseKey(key);
  const quota = informers.of(ResourceQuota).get(name, namespace);
  if (quota === undefined) return undefined;
  const counted = await quotas.counted(quota);
  const released = quotas.released.take(key);
  const { status, overcharged } = planQuota({ quota, counted, released, settled: quotas.isSettled(key, quota) });
  if (status !== undefined) {
    await client.updateStatus(ResourceQuota, { ...quota, status }).catch((error: unknown) => {
      quotas.released.add(key, released);
      throw error;
    });
  }
  const again = [quotas.note(key, quota, overcharged), quotas.nextRelease(quota)].flatMap((at) => at ?? []);
  return again.length === 0 ? undefined : { requeueAfter: Math.max(1, Math.min(...again) - clock.now()) };
}
