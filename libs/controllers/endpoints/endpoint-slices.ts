import { type corev1, type discoveryv1, EndpointSlice, Node, Pod, Service } from '#api';
import { ignoreNotFound, isNamespaceTerminating } from '#apimachinery';
import { values } from '#component-base';
import { defineController, isFenced, type ReconcileContext, watching } from '#controller-runtime';
import { changesZones, HINTED, hinting, noteHints, overloadedServices, SLICES_OF_SERVICE } from './hinting.js';
import { podSelector, servicesOf, TRIGGER_TIME, triggerTime } from './pods-of-service.js';
import { MANAGED_BY, MANAGER, SERVICE_NAME } from './slice-shape.js';
import { planSlices } from './slices.js';
import { asksForHints } from './topology-hints.js';

/** Maintains the EndpointSlices of each Service with a selector (pkg/controller/endpointslice). */
export const endpointSlices = defineController({
  name: 'endpoint-slice-controller',
  queue: 'endpoint_slice',
  flag: 'endpointslice-controller',
  for: Service,
  watches: [
    watching(Pod, servicesOf),
    watching(EndpointSlice, ({ object }) => {
      const name = serviceName(object);
      return name === undefined ? [] : [{ namespace: object.metadata.namespace, name }];
    }),
    watching(Node, (change, informers) => (changesZones(change) ? overloadedServices(informers) : [])),
  ],
  index(informers) {
    informers.of(Service).addIndex(HINTED, (service) => (asksForHints(service) ? ['true'] : []));
    informers.of(Service).on(({ object, old }) => noteHints(object, old));
    informers.of(EndpointSlice).addIndex(SLICES_OF_SERVICE, (slice) => {
      const name = serviceName(slice);
      return name === undefined ? [] : [`${slice.metadata.namespace}/${name}`];
    });
  },
  followsFlags: true,
  async reconcile(service, ctx) {
    try {
      const result = await reconcileSlices(service, ctx);
      ctx.metrics.count(syncs, { result: 'success' });
      return result;
    } catch (error) {
      ctx.metrics.count(syncs, { result: 'error' });
      throw error;
    }
  },
});

/** staging/src/k8s.io/endpointslice/metrics */
const syncs = () => values('endpoint_slice_controller_syncs', '[ALPHA] Number of EndpointSlice syncs');
const changes = () => values('endpoint_slice_controller_changes', '[ALPHA] Number of EndpointSlice changes');

function serviceName({ metadata }: discoveryv1.EndpointSlice): string | undefined {
  return metadata.labels?.[MANAGED_BY] === MANAGER ? metadata.labels[SERVICE_NAME] : undefined;
}

async function reconcileSlices(service: corev1.Service, ctx: ReconcileContext): Promise<undefined> {
  const { informers } = ctx;
  const selector = podSelector(service);
  if (selector === undefined) return;
  const { name, namespace } = service.metadata;
  const pods = informers
    .of(Pod)
    .list(namespace)
    .filter(({ metadata }) => selector.matches(metadata.labels));
  const slices = informers
    .of(EndpointSlice)
    .byIndex(SLICES_OF_SERVICE, `${namespace}/${name}`)
    .filter(({ metadata }) => !metadata.deletionTimestamp);
  const nodes = informers.of(Node);
  const { hint, events } = hinting(service, slices, informers);
  const plan = planSlices({
    service,
    pods,
    slices,
    zoneOf: (node) => {
      const found = nodes.get(node);
      return found === undefined ? null : found.metadata.labels?.['topology.kubernetes.io/zone'];
    },
    hint,
    most: ctx.settings.options.endpointsPerSlice,
  });
  const timed = (slice: discoveryv1.EndpointSlice): discoveryv1.EndpointSlice => withTriggerTime(slice, service, pods);
  // No new slices for a Service that is being deleted: the garbage collector would delete them again.
  const create = service.metadata.deletionTimestamp === undefined ? plan.create : [];
  const of = `for Service ${namespace}/${name}`;
  const failing = (what: string) => (error: unknown) => {
    throw reported(service, `failed to ${what} ${of}: ${messageOf(error)}`, { error, ctx });
  };
  const count = (operation: string) => () => ctx.metrics.count(changes, { operation });
  await Promise.all([
    ...create.map((slice) =>
      ctx.client.create(EndpointSlice, timed(slice)).then(count('create'), ignoreTerminating).catch(failing('create EndpointSlice')),
    ),
    ...plan.update.map((slice) =>
      ctx.client.update(EndpointSlice, timed(slice)).then(count('update'), failing(`update ${slice.metadata.name} EndpointSlice`)),
    ),
    ...plan.delete.map(({ metadata }) =>
      ctx.client
        .delete(EndpointSlice, metadata.name, metadata.namespace)
        .then(count('delete'), ignoreNotFound)
        .catch(failing(`delete ${metadata.name} EndpointSlice`)),
    ),
  ]);
  for (const { type, reason, message } of events) ctx.recorder.record({ about: service, type, reason, message });
  if (plan.skipped.length === 0) return;
  // The slices are right but for these pods, which are looked at again later.
  const skipped = plan.skipped.map((pod) => `skipping Pod ${pod.metadata.name} ${of}: Node ${pod.spec.nodeName} Not Found`);
  throw reported(service, skipped.length === 1 ? `${skipped[0]}` : `[${skipped.join(', ')}]`, { ctx });
}

/** Reports why the slices of a Service could not be written, and returns the error to be thrown: conflicts stay what they are. */
function reported(service: corev1.Service, why: string, { error, ctx }: { error?: unknown; ctx: ReconcileContext }): unknown {
  if (isFenced(error)) return error;
  const { name, namespace } = service.metadata;
  ctx.recorder.warning(service, 'FailedToUpdateEndpointSlices', `Error updating Endpoint Slices for Service ${namespace}/${name}: ${why}`);
  return error ?? new Error(why);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function withTriggerTime(
  slice: discoveryv1.EndpointSlice,
  service: corev1.Service,
  pods: readonly corev1.Pod[],
): discoveryv1.EndpointSlice {
  const { [TRIGGER_TIME]: told, ...annotations } = slice.metadata.annotations ?? {};
  const time = triggerTime(service, pods, told);
  if (time !== undefined) annotations[TRIGGER_TIME] = time;
  return { ...slice, metadata: { ...slice.metadata, annotations } };
}

function ignoreTerminating(error: unknown): void {
  if (!isNamespaceTerminating(error)) throw error;
}
