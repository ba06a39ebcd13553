import { APIService, type autoscalingv2, HorizontalPodAutoscaler, Pod } from '#api';
import { deepEqual, formatKey, isConflict, keyOf } from '#apimachinery';
import { defineController, isFenced, type ReconcileContext, type Reconciled } from '#controller-runtime';
import { keptOf } from './memory.js';
import { AutoscalerRun } from './run.js';

/** Scales workloads by what their pods use (pkg/controller/podautoscaler/horizontal.go). */
export const horizontalPodAutoscaler = defineController({
  name: 'horizontal-pod-autoscaler',
  queue: 'horizontalpodautoscaler',
  flag: 'horizontal-pod-autoscaler-controller',
  for: HorizontalPodAutoscaler,
  reads: [Pod, APIService],
  reconcile: syncAutoscaler,
  async gone(key, { informers }) {
    keptOf(informers).delete(formatKey(key));
  },
});

/** Looks at an autoscaler once a period, whatever changes meanwhile; the first time a period after it was seen. */
async function syncAutoscaler(autoscaler: autoscalingv2.HorizontalPodAutoscaler, ctx: ReconcileContext): Promise<Reconciled> {
  const { informers, clock } = ctx;
  const { syncPeriod } = ctx.settings.options.autoscaling;
  const now = clock.now();
  const key = formatKey(keyOf(autoscaler));
  const { uid, name, namespace = '' } = autoscaler.metadata;
  const known = keptOf(informers).get(key);
  const own = known?.uid === uid ? known : undefined;
  if (own === undefined) {
    keptOf(informers).set(key, { uid, name, namespace, due: now + syncPeriod, past: { recommendations: [], ups: [], downs: [] } });
    return { requeueAfter: syncPeriod };
  }
  if (now < own.due) return { requeueAfter: own.due - now };
  own.due = now + syncPeriod;
  const run = new AutoscalerRun(autoscaler, own, ctx);
  await run.run();
  await writeStatus(autoscaler, run.status, ctx);
  return { requeueAfter: syncPeriod };
}

async function writeStatus(
  autoscaler: autoscalingv2.HorizontalPodAutoscaler,
  status: autoscalingv2.HorizontalPodAutoscalerStatus,
  { client, recorder }: ReconcileContext,
): Promise<void> {
  if (deepEqual(shown(autoscaler.status), shown(status))) return;
  try {
    await client.updateStatus(HorizontalPodAutoscaler, { ...autoscaler, status });
  } catch (error) {
    // The next look writes what differs then.
    if (isFenced(error) || !(error instanceof Error)) throw error;
    if (!isConflict(error)) recorder.warning(autoscaler, 'FailedUpdateStatus', error.message);
  }
}

/** A status without metrics is stored with null, as Go encodes it. */
function shown(status: autoscalingv2.HorizontalPodAutoscalerStatus | undefined): unknown {
  const { currentMetrics, ...rest } = status ?? { desiredReplicas: 0 };
  return { ...rest, currentMetrics: currentMetrics ?? undefined };
}
