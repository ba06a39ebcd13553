import { type corev1, type discoveryv1, EndpointSlice, Endpoints, Service } from '#api';
import { ignoreNotFound, isNamespaceTerminating, keyOf, type ObjectKey } from '#apimachinery';
import { defineController, type ReconcileContext, watching } from '#controller-runtime';
import { MAX_MIRRORED, MIRROR, mirrored, planMirror } from './mirror.js';
import { MANAGED_BY, SERVICE_NAME } from './slice-shape.js';
import type { SlicePlan } from './slices.js';

const SLICES_OF_ENDPOINTS = 'slices-of-endpoints';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

/** Mirrors manually managed Endpoints of a Service without a selector as EndpointSlices (pkg/controller/endpointslicemirroring). */
export const sliceMirroring = defineController({
  name: 'endpoint-slice-mirroring-controller',
  queue: 'endpoint_slice_mirroring',
  flag: 'endpointslice-mirroring-controller',
  for: Endpoints,
  watches: [
    watching(Service, ({ object }) => [keyOf(object)]),
    watching(EndpointSlice, ({ object }) => {
      const name = mirroredName(object);
      return name === undefined ? [] : [{ namespace: object.metadata.namespace, name }];
    }),
  ],
  index: (informers) =>
    informers.of(EndpointSlice).addIndex(SLICES_OF_ENDPOINTS, (slice) => {
      const name = mirroredName(slice);
      return name === undefined ? [] : [`${slice.metadata.namespace}/${name}`];
    }),
  async reconcile(endpoints, ctx) {
    const { recorder } = ctx;
    const present = slicesOf(endpoints.metadata, ctx);
    const { slices, skipped } = isMirrored(endpoints, ctx) ? mirrored(endpoints) : { slices: [], skipped: 0 };
    if (skipped > 0) {
      const limit = `A max of ${MAX_MIRRORED} addresses can be mirrored to EndpointSlices per Endpoints subset.`;
      recorder.warning(endpoints, 'TooManyAddressesToMirror', `${limit} ${skipped} addresses were skipped`);
    }
    const plan = planMirror(slices, present);
    await carryOut(endpoints.metadata.deletionTimestamp === undefined ? plan : { ...plan, create: [] }, ctx);
    return undefined;
  },
  gone: (key, ctx) => carryOut(planMirror([], slicesOf(key, ctx)), ctx),
});

function mirroredName({ metadata }: discoveryv1.EndpointSlice): string | undefined {
  return metadata.labels?.[MANAGED_BY] === MIRROR ? metadata.labels[SERVICE_NAME] : undefined;
}

function slicesOf({ namespace, name }: ObjectKey, { informers }: ReconcileContext): discoveryv1.EndpointSlice[] {
  const slices = informers.of(EndpointSlice).byIndex(SLICES_OF_ENDPOINTS, `${namespace}/${name}`);
  return slices.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function isMirrored({ metadata }: corev1.Endpoints, { informers }: ReconcileContext): boolean {
  if (metadata.labels?.[SKIP] === 'true' || metadata.annotations?.[LEADER] !== undefined) return false;
  const service = informers.of(Service).get(metadata.name, metadata.namespace);
  return service !== undefined && service.spec?.selector === undefined;
}

async function carryOut(plan: SlicePlan, { client }: ReconcileContext): Promise<void> {
  await Promise.all([
    ...plan.create.map((slice) => client.create(EndpointSlice, slice).catch(ignoreTerminating)),
    ...plan.update.map((slice) => client.update(EndpointSlice, slice)),
    ...plan.delete.map(({ metadata }) => client.delete(EndpointSlice, metadata.name, metadata.namespace).catch(ignoreNotFound)),
  ]);
}

function ignoreTerminating(error: unknown): void {
  if (!isNamespaceTerminating(error)) throw error;
}
