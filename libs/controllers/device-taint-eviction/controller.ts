import { type corev1, Pod, ResourceClaim, ResourceSlice, type resourcev1 } from '#api';
import { formatKey, type KubeObject, keyOf, type ObjectKey, parseKey } from '#apimachinery';
import type {
  Change,
  ClusterContext,
  ComponentChange,
  Controller,
  OpenController,
  ReconcileContext,
  Reconciled,
  WorkQueue,
} from '#controller-runtime';
import { markDisruption } from '../disruption-target.js';
import { podEviction } from './plan.js';

const SLICES_BY_POOL = 'slices-by-pool';
const CLAIMS_BY_POOL = 'claims-by-pool';
const TAINTED = { reason: 'DeletionByDeviceTaintManager', message: 'Device Taint manager: deleting due to NoExecute taint' };

const usesClaims = ({ spec }: corev1.Pod): boolean => (spec?.resourceClaims ?? []).length > 0;
const poolKey = ({ driver, pool }: { driver: string; pool: string }): string => `${driver}/${pool}`;

/** Deletes pods whose devices have NoExecute taints that their claims do not tolerate, or no longer (pkg/controller/devicetainteviction). */
class DeviceTaintEviction implements OpenController {
  readonly concurrency = 64;
  /** Pods that are to be deleted. */
  private readonly planned = new Set<string>();

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
  ) {
    const { informers } = context;
    const slices = informers.of(ResourceSlice);
    slices.addIndex(SLICES_BY_POOL, ({ spec }) => [poolKey({ driver: spec.driver, pool: spec.pool.name })]);
    const claims = informers.of(ResourceClaim);
    claims.addIndex(CLAIMS_BY_POOL, ({ status }) => (status?.allocation?.devices?.results ?? []).map(poolKey));
    informers.of(Pod).on(({ object, deleted, revision }) => {
      const key = formatKey(keyOf(object));
      if (deleted ? this.planned.has(key) : usesClaims(object)) queue.add(key, revision || undefined);
    });
    claims.on((change) => this.claimChanged(change));
    slices.on(({ object: { spec }, revision }) => {
      for (const claim of claims.byIndex(CLAIMS_BY_POOL, poolKey({ driver: spec.driver, pool: spec.pool.name })))
        this.addPods(claim, revision);
    });
  }

  async reconcile(key: string, ctx: ReconcileContext): Promise<Reconciled | undefined> {
    const { namespace, name } = parseKey(key);
    const { informers, client, clock } = ctx;
    const pod = informers.of(Pod).get(name, namespace);
    const claimOf = (claim: string) => informers.of(ResourceClaim).get(claim, namespace);
    const at = pod && podEviction(pod, claimOf, (result) => this.deviceOf(result));
    if (!pod || at === undefined) {
      if (this.planned.delete(key)) announce('Cancelling deletion', pod?.metadata ?? { namespace, name }, ctx);
      return undefined;
    }
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.planned.delete(key);
      return undefined;
    }
    const wait = at - clock.now();
    if (wait > 0) {
      this.planned.add(key);
      return { requeueAfter: wait };
    }
    announce('Marking for deletion', pod.metadata, ctx);
    await markDisruption(pod, TAINTED, ctx);
    await client.delete(Pod, name, namespace, { uid: pod.metadata.uid });
    this.planned.delete(key);
    return undefined;
  }

  private claimChanged({ object, old, revision }: Change<resourcev1.ResourceClaim>): void {
    if (old) this.addPods(old, revision);
    this.addPods(object, revision);
  }

  private addPods({ metadata, status }: resourcev1.ResourceClaim, revision: number): void {
    for (const { apiGroup, resource, name } of status?.reservedFor ?? [])
      if (!apiGroup && resource === 'pods') this.queue.add(formatKey({ namespace: metadata.namespace, name }), revision || undefined);
  }

  /** A device as the newest slices of its pool publish it. */
  private deviceOf(result: resourcev1.DeviceRequestAllocationResult): resourcev1.Device | undefined {
    const slices = this.context.informers.of(ResourceSlice).byIndex(SLICES_BY_POOL, poolKey(result));
    const generation = Math.max(...slices.map(({ spec }) => spec.pool.generation ?? 0));
    const current = slices.filter(({ spec }) => (spec.pool.generation ?? 0) === generation);
    return current.flatMap(({ spec }) => spec.devices ?? []).find(({ name }) => name === result.device);
  }
}

function announce(message: string, { namespace, name, uid }: ObjectKey & { uid?: string }, { recorder }: ReconcileContext): void {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) };
  const about: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata };
  recorder.normal(about, 'DeviceTaintManagerEviction', message);
}

/** Whether a change may concern it: devices, claims, and pods that use claims. */
function interests({ group, resource, deleted, object }: ComponentChange): boolean {
  if (group === 'resource.k8s.io') return resource === 'resourceslices' || resource === 'resourceclaims';
  return group === '' && resource === 'pods' && !deleted && usesClaims(object() as corev1.Pod);
}

export const deviceTaintEviction: Controller = {
  name: 'device-taint-eviction-controller',
  interests,
  open: (context, queue) => new DeviceTaintEviction(context, queue),
};
