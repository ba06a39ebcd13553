import { type corev1, Endpoints, Pod, Service } from '#api';
import { deepEqual, ignoreNotFound, isAlreadyExists, isNamespaceTerminating, type KubeObject, keyOf } from '#apimachinery';
import { defineController, isFenced, type ReconcileContext, watching } from '#controller-runtime';
import { HEADLESS, isHeadless, podSelector, servicesOf, TRIGGER_TIME, triggerTime } from './pods-of-service.js';
import { subsetsOf } from './subsets.js';

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const MANAGER = 'endpoint-controller';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** Maintains an Endpoints object for each Service with a selector (pkg/controller/endpoint). */
export const endpoints = defineController({
  name: MANAGER,
  queue: 'endpoint',
  flag: 'endpoints-controller',
  for: Service,
  watches: [watching(Pod, servicesOf), watching(Endpoints, ({ object }) => [keyOf(object)])],
  reconcile: reconcileEndpoints,
  async gone({ name, namespace }, { client, informers }) {
    // An Endpoints object without a Service is left alone if it is managed by someone else.
    const present = informers.of(Endpoints).get(name, namespace);
    if (present?.metadata.labels?.[MANAGED_BY] !== MANAGER) return;
    await client.delete(Endpoints, name, namespace).catch(ignoreNotFound);
  },
});

function labelsFor(service: corev1.Service): Record<string, string> {
  const { [HEADLESS]: _, ...labels } = service.metadata.labels ?? {};
  return { ...labels, ...(isHeadless(service) ? { [HEADLESS]: '' } : {}), [MANAGED_BY]: MANAGER };
}

async function reconcileEndpoints(service: corev1.Service, ctx: ReconcileContext): Promise<undefined> {
  const { informers } = ctx;
  const selector = podSelector(service);
  if (selector === undefined) return;
  const { name, namespace } = service.metadata;
  const pods = informers
    .of(Pod)
    .list(namespace)
    .filter(({ metadata }) => selector.matches(metadata.labels));
  const { subsets, truncated } = subsetsOf(service, pods);
  const present = informers.of(Endpoints).get(name, namespace);
  const labels = labelsFor(service);
  const overCapacity = present?.metadata.annotations?.[OVER_CAPACITY] !== undefined;
  if (
    present !== undefined &&
    overCapacity === truncated &&
    deepEqual(present.subsets, subsets) &&
    deepEqual(present.metadata.labels, labels)
  )
    return;
  const { [TRIGGER_TIME]: told, [OVER_CAPACITY]: _, ...rest } = present?.metadata.annotations ?? {};
  const time = triggerTime(service, pods, told);
  const annotations = {
    ...rest,
    ...(time === undefined ? {} : { [TRIGGER_TIME]: time }),
    ...(truncated ? { [OVER_CAPACITY]: 'truncated' } : {}),
  };
  const base = present ?? { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace } };
  const kept = subsets.length === 0 ? undefined : subsets;
  await write({ ...base, metadata: { ...base.metadata, labels, annotations }, subsets: kept }, present === undefined, ctx);
}

async function write(wanted: corev1.Endpoints, create: boolean, { client, recorder }: ReconcileContext): Promise<void> {
  try {
    await (create ? client.create(Endpoints, wanted) : client.update(Endpoints, wanted));
  } catch (error) {
    if (create && isNamespaceTerminating(error)) return;
    if (!isFenced(error) && !isAlreadyExists(error)) reportFailure(wanted, create, { error, recorder });
    throw error;
  }
}

function reportFailure(
  wanted: KubeObject,
  create: boolean,
  { error, recorder }: { error: unknown; recorder: ReconcileContext['recorder'] },
): void {
  const { name, namespace } = wanted.metadata;
  const reason = create ? 'FailedToCreateEndpoint' : 'FailedToUpdateEndpoint';
  const what = create ? `create endpoint for service ${namespace}/${name}` : `update endpoint ${namespace}/${name}`;
  recorder.warning(wanted, reason, `Failed to ${what}: ${error instanceof Error ? error.message : String(error)}`);
}
