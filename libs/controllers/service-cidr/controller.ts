import { IPAddress, type metav1, type networkingv1, ServiceCIDR } from '#api';
import { formatTime, parseTime } from '#apimachinery';
import { conditionOf } from '#component-helpers';
import { defineController, isFenced, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { isAllocated } from '../service-addresses/plan.js';
import { canDelete } from './deletion.js';

const NAME = 'service-cidr-controller';
const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
/** How long the API servers have to learn that a range is going (deletionGracePeriod). */
const GRACE_PERIOD = 10_000;

const READY = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const TERMINATING = {
  ...{ type: 'Ready', status: 'False', reason: 'Terminating' },
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

/** Says that ranges of Service addresses are ready, and keeps them as long as addresses need them (pkg/controller/servicecidrs). */
export const serviceCIDR = defineController({
  name: NAME,
  queue: 'ipaddresses',
  for: ServiceCIDR,
  filter: ({ deleted }) => !deleted,
  watches: [
    // Another range, or an address that goes, may let one go that waits.
    watching(ServiceCIDR, (_, informers) => leaving(informers.of(ServiceCIDR).list())),
    watching(IPAddress, ({ object, deleted }, informers) =>
      deleted && isAllocated(object) ? leaving(informers.of(ServiceCIDR).list()) : [],
    ),
  ],
  interests: ({ resource, deleted }) => resource === 'servicecidrs' || deleted,
  reconcile: sync,
});

const leaving = (ranges: readonly networkingv1.ServiceCIDR[]) =>
  ranges.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(({ metadata }) => ({ name: metadata.name }));

async function sync(range: networkingv1.ServiceCIDR, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { client, clock, informers } = ctx;
  const { name, finalizers = [], deletionTimestamp } = range.metadata;
  if (deletionTimestamp === undefined) {
    if (!finalizers.includes(FINALIZER)) {
      await client.patch(ServiceCIDR, name, undefined, 'strategic', { metadata: { finalizers: [FINALIZER] } });
    }
    await setCondition(range, READY, ctx).catch((error: unknown) => {
      const message = 'The ServiceCIDR Status can not be set to Ready=True';
      if (!isFenced(error)) ctx.recorder.warning(range, 'KubernetesServiceCIDRError', message);
      throw error;
    });
    return undefined;
  }
  if (!finalizers.includes(FINALIZER)) return undefined;
  if (!canDelete(range, informers.of(ServiceCIDR).list(), informers.of(IPAddress).list())) {
    await setCondition(range, TERMINATING, ctx);
    return undefined;
  }
  const wait = (parseTime(deletionTimestamp) ?? 0) + GRACE_PERIOD - clock.now();
  if (wait > 0) return { requeueAfter: wait };
  await client.patch(ServiceCIDR, name, undefined, 'strategic', { metadata: { '$deleteFromPrimitiveList/finalizers': [FINALIZER] } });
  return undefined;
}

type Condition = Omit<metav1.Condition, 'lastTransitionTime'>;

async function setCondition({ metadata, status }: networkingv1.ServiceCIDR, condition: Condition, ctx: ReconcileContext): Promise<void> {
  const before = conditionOf(status?.conditions, condition.type);
  const { reason, message } = condition;
  if (before?.status === condition.status && (before.reason ?? '') === reason && before.message === message) return;
  const { name } = metadata;
  const conditions = [{ ...condition, lastTransitionTime: formatTime(ctx.clock.now()) }];
  const configuration = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name }, status: { conditions } };
  const query = { subresource: 'status', fieldManager: NAME, force: true };
  await ctx.client.patch(ServiceCIDR, name, undefined, 'apply', configuration, query);
}
